using System.Runtime.InteropServices;

namespace HalfFull.Gateway.OpenAi;

/// <summary>What routing needs of a request body, found in one pass over its bytes.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RequestScan
{
    /// <summary>Model asked for; null when the body names none.</summary>
    public string? Model { get; init; }

    /// <summary>Whether the answer is to be streamed.</summary>
    public bool Stream { get; init; }

    /// <summary>Whether the client itself asked for the usage chunk.</summary>
    public bool IncludesUsage { get; init; }

    /// <summary>The client's limit on output tokens; null when it has none.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Answers asked for (<c>n</c>).</summary>
    public int Choices { get; init; }

    /// <summary>The end user that the client names.</summary>
    public string? User { get; init; }

    /// <summary>The body's <c>priority</c>, as vLLM means it: lower is more urgent.</summary>
    public long? Priority { get; init; }

    /// <summary>The priority as an engine means it: higher is more urgent; 0 when the body gives none.</summary>
    public int EnginePriority => (int)Math.Clamp(-(Priority ?? 0), int.MinValue, int.MaxValue);

    /// <summary>UTF-8 bytes of the prompt's text, escapes as sent; data addresses (images) not counted.</summary>
    public long PromptBytes { get; init; }

    /// <summary>Prompt tokens given as ids.</summary>
    public int PromptTokenIds { get; init; }

    /// <summary>Salted, chained hashes of the prompt's leading units of <see cref="PrefixChain.UnitBytes"/> bytes; empty when nobody asked for them.</summary>
    public ReadOnlyMemory<long> PrefixHashes { get; init; }

    /// <summary>The change by which the upstream reports usage at the end of a stream; null when none is needed.</summary>
    public BodySplice? UsageSplice { get; init; }

    /// <summary>Whether the number of prompt tokens is exact.</summary>
    public bool IsExact => PromptTokenIds > 0 && PromptBytes == 0;

    /// <summary>Tokens in a unit of the prefix, at least 1, by the given number of bytes to a token of text; 0 when there is no unit.</summary>
    public int PrefixUnitTokens(double bytesPerToken) => PrefixHashes.IsEmpty ? 0
        : IsExact ? PrefixChain.NominalUnitTokens
        : Math.Max(1, (int)Math.Round(PrefixChain.UnitBytes / bytesPerToken));

    /// <summary>Prompt tokens, at least 1, by the given number of bytes to a token of text.</summary>
    public int PromptTokens(double bytesPerToken) =>
        (int)Math.Clamp(PromptTokenIds + Math.Ceiling(PromptBytes / bytesPerToken), 1, int.MaxValue / 4);
}
