using HalfFull.Metrics;

namespace HalfFull.Cli.Output;

/// <summary>What was moved between replicas, in words.</summary>
internal static class MigrationText
{
    /// <summary>Counts and the time that sequences stood still.</summary>
    public static string Of(MigrationFigures moves) =>
        $"{Figures.Count(moves.Completed)} completed, {Figures.Count(moves.Aborted)} aborted, {Figures.Count(moves.CopiedTokens)} tokens copied, "
        + $"downtime mean {Figures.Seconds(moves.DowntimeSeconds.Mean)}, max {Figures.Seconds(moves.DowntimeSeconds.Max)}";
}
