namespace HalfFull.Metrics;

/// <summary>Service-level objective: bounds that a request must meet together. A bound that is null does not bind.</summary>
/// <param name="Ttft">Longest time to first token.</param>
/// <param name="Tpot">Longest mean time per output token after the first; a request with one output token meets any.</param>
/// <param name="E2E">Longest time from arrival to last token.</param>
public sealed record Slo(TimeSpan? Ttft = null, TimeSpan? Tpot = null, TimeSpan? E2E = null)
{
    /// <summary>No bounds: every completed request meets it.</summary>
    public static Slo None { get; } = new();

    /// <summary>Reads <c>ttft=2s,tpot=100ms,e2e=30s</c>: at least one bound, in any order.</summary>
    /// <exception cref="FormatException">The text is no SLO; the message names the culprit and says what would be accepted.</exception>
    public static Slo Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var slo = None;
        foreach (var part in text.Split(','))
        {
            slo = slo.With(part, text);
        }

        return slo;
    }

    /// <summary>Whether a request met every bound; one that was rejected or failed never does.</summary>
    public bool Meets(in RequestRecord request) =>
        request.Outcome == Outcome.Completed
        && (Ttft is not { } ttft || request.Ttft <= ttft)
        && (Tpot is not { } tpot || request.Tpot is not { } actual || actual <= tpot)
        && (E2E is not { } e2e || request.E2E <= e2e);

    /// <summary>The text that reads back as this SLO; empty when there are no bounds.</summary>
    public override string ToString() => string.Join(',', Bounds().Where(bound => bound.Limit is not null)
        .Select(bound => $"{bound.Name}={Duration.Format(bound.Limit!.Value)}"));

    private IEnumerable<(string Name, TimeSpan? Limit)> Bounds() => [("ttft", Ttft), ("tpot", Tpot), ("e2e", E2E)];

    private Slo With(string part, string text)
    {
        var equals = part.IndexOf('=', StringComparison.Ordinal);
        var name = (equals < 0 ? part : part[..equals]).Trim();
        if (equals < 0 || !Duration.TryParse(part[(equals + 1)..].Trim(), out var limit) || limit == TimeSpan.Zero)
        {
            throw new FormatException($"'{part}' in SLO '{text}' is not a bound such as ttft=2s, tpot=100ms or e2e=30s.");
        }

        var (before, after) = name switch
        {
            "ttft" => (Ttft, this with { Ttft = limit }),
            "tpot" => (Tpot, this with { Tpot = limit }),
            "e2e" => (E2E, this with { E2E = limit }),
            _ => throw new FormatException($"'{name}' in SLO '{text}' is not one of ttft, tpot and e2e."),
        };
        return before is null ? after : throw new FormatException($"'{name}' is given twice in SLO '{text}'; give it once.");
    }
}
