using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HalfFull.Engine.Native;

/// <summary>Swallows the library's chatter and remembers its last error line, which is the reason when a call fails.</summary>
internal static unsafe class LlamaLog
{
    private const int Error = 4;
    private static volatile string? lastError;

    /// <summary>What receives the lines.</summary>
    internal static delegate* unmanaged<int, byte*, void*, void> Callback => &Receive;

    /// <summary>Forgets what was said before.</summary>
    internal static void Clear() => lastError = null;

    /// <summary>The last error line in brackets with a space before it, or nothing.</summary>
    internal static string Reason => lastError is { } line ? $" ({line})" : string.Empty;

    [UnmanagedCallersOnly]
    private static void Receive(int level, byte* text, void* userData)
    {
        if (level == Error && Marshal.PtrToStringUTF8((nint)text) is { } line && !string.IsNullOrWhiteSpace(line))
        {
            lastError = line.Trim();
        }
    }
}
