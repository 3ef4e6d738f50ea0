namespace HalfFull.Load.Records;

/// <summary>What a progress line shows.</summary>
/// <param name="Ended">Requests that have ended, measured or not.</param>
/// <param name="Failed">Those of them that failed.</param>
/// <param name="TtftP50">Median time to first token so far.</param>
/// <param name="TtftP99">99th percentile of the same.</param>
/// <param name="E2EP50">Median end to end.</param>
/// <param name="ItlP99">99th percentile of the gap between tokens.</param>
public readonly record struct LiveFigures(long Ended, long Failed, TimeSpan TtftP50, TimeSpan TtftP99, TimeSpan E2EP50, TimeSpan ItlP99);
