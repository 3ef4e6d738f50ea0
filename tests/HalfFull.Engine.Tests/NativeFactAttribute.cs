using HalfFull.Engine.Native;

namespace HalfFull.Engine.Tests;

/// <summary>A fact that needs llama.cpp's libraries and is reported as skipped, with the reason, without them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NativeFactAttribute : FactAttribute
{
    /// <summary>Skips the test when the libraries cannot be used.</summary>
    public NativeFactAttribute() => Skip = LlamaLibrary.IsAvailable(out var reason) ? null! : reason!;
}
