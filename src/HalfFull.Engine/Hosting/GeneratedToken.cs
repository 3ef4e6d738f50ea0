using System.Runtime.InteropServices;
using HalfFull.Engine.Sampling;

namespace HalfFull.Engine.Hosting;

/// <summary>One output token of a request.</summary>
/// <param name="Text">Text that can be given out with it: whole characters, so that it may be empty, or hold what was held back before.</param>
/// <param name="IsLast">Whether it is the request's last one.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct GeneratedToken(string Text, bool IsLast)
{
    /// <summary>Its id in the model's vocabulary; 0 where only sizes count.</summary>
    public int Id { get; init; }

    /// <summary>Why it is the last one.</summary>
    public FinishReason Finish { get; init; }

    /// <summary>How likely it was; null when nobody asked.</summary>
    public TokenLogprobs? Logprobs { get; init; }
}
