namespace HalfFull.Metrics;

/// <summary>What was moved between replicas in a run.</summary>
/// <param name="Completed">Moves that came to their end.</param>
/// <param name="Aborted">Moves given up: the sequence finished or was preempted, the target had no room or took nothing more, a replica died.</param>
/// <param name="CopiedTokens">Tokens whose KV was copied for the moves that came to their end.</param>
/// <param name="DowntimeSeconds">From the stop of a sequence until it had arrived; of the moves that came to their end.</param>
public sealed record MigrationFigures(long Completed, long Aborted, long CopiedTokens, Distribution DowntimeSeconds);
