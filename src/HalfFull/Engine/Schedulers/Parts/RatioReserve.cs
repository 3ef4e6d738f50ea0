namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>
/// The statistical style of reservation, as SGLang's PrefillAdder (schedule_policy.py) has it: running requests are expected to use a share of what their limits
/// leave them, newcomers all of it, both cut to 4,096 tokens. Open it once per plan.
/// </summary>
internal sealed class RatioReserve
{
    private const int MostExpected = 4096;
    private double reserved;

    /// <summary>Sums up what those that decode are expected to take.</summary>
    internal void Open(in EngineSnapshot engine, double ratio)
    {
        reserved = 0;
        foreach (var sequence in engine.Running)
        {
            reserved += sequence.IsDecoding ? Expected(sequence) * ratio : 0;
        }
    }

    /// <summary>Whether a waiting sequence fits with its whole limit beside what the others are expected to take.</summary>
    internal bool Admits(EngineLimits limits, StepPlan plan, Sequence sequence)
    {
        var needed = ((long)(plan.BlocksToHold(sequence, sequence.KnownTokens) + 1) * limits.BlockSize) + Expected(sequence);
        return needed < ((double)plan.FreeBlocks * limits.BlockSize) - reserved;
    }

    /// <summary>Counts a sequence whose prompt this step completes.</summary>
    internal void Count(Sequence sequence) => reserved += Expected(sequence);

    private static int Expected(Sequence sequence) => Math.Min(sequence.OutputLimit - sequence.OutputTokens, MostExpected);
}
