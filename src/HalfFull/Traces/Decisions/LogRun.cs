namespace HalfFull.Traces.Decisions;

/// <summary>One run of a gateway: what the first record of each of its files says.</summary>
/// <param name="Id">Random number of the run.</param>
/// <param name="Origin">Wall-clock time of time 0 of the run's clock.</param>
/// <param name="Product">Name and version of what wrote the log.</param>
public sealed record LogRun(ulong Id, DateTimeOffset Origin, string Product);
