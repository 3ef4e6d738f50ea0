using System.Runtime.InteropServices;

namespace HalfFull.Engine.Chat;

/// <summary>A part of a formatted chat: the name of a control token, or plain text, in which such names mean nothing.</summary>
/// <param name="Text">The text.</param>
/// <param name="IsControl">Whether it names a control token. Text of a user never does.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PromptPart(string Text, bool IsControl)
{
    /// <summary>The name of a control token.</summary>
    internal static PromptPart Control(string name) => new(name, IsControl: true);

    /// <summary>Plain text.</summary>
    internal static PromptPart Plain(string text) => new(text, IsControl: false);
}
