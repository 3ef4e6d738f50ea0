using System.Text.Json.Serialization;
using HalfFull.Metrics;

namespace HalfFull.Report.Data;

/// <summary>Figures of a combination, mean over its seeds; names are those of <see cref="RunEntry"/>. Null is unknown.</summary>
public sealed record FigureSet
{
    /// <summary>Requests that arrived.</summary>
    public required double Requests { get; init; }

    /// <summary>Requests whose every token was delivered.</summary>
    public required double Completed { get; init; }

    /// <summary>Requests refused at the door.</summary>
    public required double Rejected { get; init; }

    /// <summary>Requests accepted and not finished.</summary>
    public required double Failed { get; init; }

    /// <summary>Times that any request lost its KV blocks.</summary>
    public double? Preemptions { get; init; }

    /// <summary>Tokens computed again after preemptions.</summary>
    public double? RecomputedTokens { get; init; }

    /// <summary>First arrival to last finish.</summary>
    public required double MakespanSeconds { get; init; }

    /// <summary>Completed requests per second of makespan.</summary>
    public required double RequestsPerSecond { get; init; }

    /// <summary>Output tokens of completed requests per second of makespan.</summary>
    public required double OutputTokensPerSecond { get; init; }

    /// <inheritdoc cref="Summary.TtftSeconds"/>
    public required Distribution TtftSeconds { get; init; }

    /// <inheritdoc cref="Summary.TpotSeconds"/>
    public required Distribution TpotSeconds { get; init; }

    /// <inheritdoc cref="Summary.ItlSeconds"/>
    public required Distribution ItlSeconds { get; init; }

    /// <inheritdoc cref="Summary.E2ESeconds"/>
    [JsonPropertyName("e2eSeconds")]
    public required Distribution E2ESeconds { get; init; }

    /// <inheritdoc cref="Summary.QueueSeconds"/>
    public Distribution? QueueSeconds { get; init; }

    /// <inheritdoc cref="Summary.Slowdown"/>
    public Distribution? Slowdown { get; init; }

    /// <summary>Share of arrived requests that met the SLO; all completed ones when there is none.</summary>
    public required double SloAttainment { get; init; }

    /// <summary>Requests that met the SLO, per second of makespan.</summary>
    public required double GoodputRequestsPerSecond { get; init; }

    /// <summary>Share of KV blocks in use, mean over time and replicas.</summary>
    public double? KvUsageMean { get; init; }

    /// <summary>The busiest replica's busy time over the mean.</summary>
    public double? Imbalance { get; init; }

    /// <summary>The mean over runs, which differ in the seed.</summary>
    public static FigureSet Of(IReadOnlyList<RunEntry> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        return new FigureSet
        {
            Requests = Mean(run => run.Requests),
            Completed = Mean(run => run.Completed),
            Rejected = Mean(run => run.Rejected),
            Failed = Mean(run => run.Failed),
            Preemptions = Mean(run => run.Preemptions),
            RecomputedTokens = Mean(run => run.RecomputedTokens),
            MakespanSeconds = Mean(run => run.MakespanSeconds),
            RequestsPerSecond = Mean(run => run.RequestsPerSecond),
            OutputTokensPerSecond = Mean(run => run.OutputTokensPerSecond),
            TtftSeconds = Means(run => run.TtftSeconds),
            TpotSeconds = Means(run => run.TpotSeconds),
            ItlSeconds = Means(run => run.ItlSeconds),
            E2ESeconds = Means(run => run.E2ESeconds),
            QueueSeconds = Means(run => run.QueueSeconds),
            Slowdown = Means(run => run.Slowdown),
            SloAttainment = Mean(run => run.SloAttainment),
            GoodputRequestsPerSecond = Mean(run => run.GoodputRequestsPerSecond),
            KvUsageMean = Mean(run => run.KvUsageMean),
            Imbalance = Mean(run => run.Imbalance),
        };

        double Mean(Func<RunEntry, double> figure) => runs.Average(figure);

        Distribution Means(Func<RunEntry, Distribution> of) => new(
            Mean(run => of(run).Mean), Mean(run => of(run).P50), Mean(run => of(run).P90), Mean(run => of(run).P99), Mean(run => of(run).Max));
    }
}
