namespace HalfFull.Traces;

/// <summary>What <c>halffull trace info</c> shows of a trace.</summary>
public sealed record TraceStatistics
{
    /// <summary>Number of requests.</summary>
    public required long Rows { get; init; }

    /// <summary>Time from the first to the last arrival.</summary>
    public required TimeSpan Span { get; init; }

    /// <summary>Mean arrival rate: one over the mean gap; 0 when there is no gap to measure.</summary>
    public required double RequestsPerSecond { get; init; }

    /// <summary>Coefficient of variation of inter-arrival times: 0 constant, 1 Poisson, more is bursty; null when there is no gap to measure.</summary>
    public required double? ArrivalCv { get; init; }

    /// <summary>Prompt lengths.</summary>
    public required LengthStatistics PromptTokens { get; init; }

    /// <summary>Output lengths.</summary>
    public required LengthStatistics OutputTokens { get; init; }

    /// <summary>Number of tenants; 0 when the trace names none.</summary>
    public required int Tenants { get; init; }

    /// <summary>Number of sessions; 0 when the trace names none.</summary>
    public required int Sessions { get; init; }

    /// <summary>Number of prefix ids in all requests.</summary>
    public required long PrefixIds { get; init; }

    /// <summary>Share of prefix ids that an earlier request had: what an endless cache would hit; null when the trace has no ids.</summary>
    public required double? PrefixReuse { get; init; }

    /// <summary>Reads all rows once. Memory grows by some bytes per request and per distinct prefix id.</summary>
    /// <exception cref="TraceException">The trace is invalid.</exception>
    public static TraceStatistics Of(IEnumerable<TraceRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var prompts = new List<int>();
        var outputs = new List<int>();
        var tenants = new HashSet<string>(StringComparer.Ordinal);
        var sessions = new HashSet<string>(StringComparer.Ordinal);
        var prefixes = new PrefixReuse();
        var gaps = new GapMoments();
        foreach (var row in rows)
        {
            prompts.Add(row.PromptTokens);
            outputs.Add(row.OutputTokens);
            AddIfKnown(tenants, row.Tenant);
            AddIfKnown(sessions, row.Session);
            prefixes.Add(row.PrefixHashes.Span);
            gaps.Add(row.Arrival);
        }

        return new TraceStatistics
        {
            Rows = prompts.Count,
            Span = gaps.Span,
            RequestsPerSecond = gaps.Rate,
            ArrivalCv = gaps.Cv,
            PromptTokens = LengthStatistics.Of(prompts),
            OutputTokens = LengthStatistics.Of(outputs),
            Tenants = tenants.Count,
            Sessions = sessions.Count,
            PrefixIds = prefixes.Ids,
            PrefixReuse = prefixes.Share,
        };
    }

    private static void AddIfKnown(HashSet<string> names, string? name)
    {
        if (name is not null)
        {
            names.Add(name);
        }
    }
}
