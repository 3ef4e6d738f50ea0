namespace HalfFull.Cli.Options;

/// <summary>Limits of a replica as they were given; null where they were not.</summary>
internal sealed record ReplicaNumbers(int? TokenBudget, int? MaxSequences, int BlockSize, int? KvBlocks, int? MaxModelLength, string? StepModel);
