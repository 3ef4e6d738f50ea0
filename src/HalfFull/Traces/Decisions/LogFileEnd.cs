namespace HalfFull.Traces.Decisions;

/// <summary>How the reading of a log file ended.</summary>
/// <param name="Problem">What is wrong with the file; null when nothing is.</param>
/// <param name="Offset">Where, bytes.</param>
/// <param name="TornBytes">Bytes of a last block that was being written when the gateway was killed.</param>
public sealed record LogFileEnd(string? Problem, long Offset, long TornBytes);
