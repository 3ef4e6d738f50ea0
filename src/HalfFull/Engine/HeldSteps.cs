using HalfFull.Engine.StepTime;

namespace HalfFull.Engine;

/// <summary>
/// Repeats a held plan that only decodes with O(1) work a step, and keeps the accounts of all steps, held or planned. Sequences are
/// brought up to date when the repetition stops: until then their counters lag by the same number of steps.
/// </summary>
internal sealed class HeldSteps(KvCache cache, EngineLimits limits, IEngineScheduler scheduler, IReplicaListener listener, StepPlan plan)
{
    /// <summary>For each remainder r: scheduled sequences whose computed tokens at the start of the planned step are r modulo the block size.</summary>
    private readonly int[] remainders = new int[limits.BlockSize];
    private int decodes;
    private long decodeTokens;
    private int stepsLeft;
    private int repeated;
    private bool counted;

    /// <summary>Start of the step in flight.</summary>
    internal TimeSpan StepStart { get; private set; }

    internal long Steps { get; private set; }

    internal TimeSpan BusyTime { get; private set; }

    internal Int128 KvBlockTicks { get; private set; }

    internal ulong DecisionHash { get; private set; }

    /// <summary>Repetitions that the counters of the sequences do not show yet.</summary>
    internal int Repeated => repeated;

    /// <summary>Takes in a planned step.</summary>
    internal void Begin(TimeSpan now)
    {
        StepStart = now;
        Steps++;
        DecisionHash = Rng.Mix(DecisionHash ^ plan.Digest);
        counted = false;
        stepsLeft = plan.IsSteadyDecode ? Math.Min(plan.HeldSteps, plan.StepsToFinish) - 1 : 0;
    }

    /// <summary>Accounts for the step in flight, which takes <paramref name="duration"/>.</summary>
    internal void End(TimeSpan duration)
    {
        BusyTime += duration;
        KvBlockTicks += Math.BigMul((long)cache.ReferencedBlocks, duration.Ticks);
    }

    /// <summary>Accounts for a time without a step in which blocks were kept.</summary>
    internal void Kept(TimeSpan duration) => KvBlockTicks += (Int128)cache.ReferencedBlocks * duration.Ticks;

    /// <summary>See <see cref="Replica.RunHeldSteps"/>.</summary>
    internal TimeSpan Run(TimeSpan end, TimeSpan horizon, IStepTimeModel stepTime)
    {
        if (stepsLeft > 0 && end <= horizon && !counted)
        {
            Count();
        }

        // The next step computes token number (computed + repeated + 1), counted from 0: a new block where that is a multiple of the block size.
        var last = remainders.Length - 1;
        var opens = last - (repeated % remainders.Length);
        for (; stepsLeft > 0 && end <= horizon && end < plan.HeldUntil; opens = opens == 0 ? last : opens - 1)
        {
            var blocks = remainders[opens];
            if (blocks > cache.FreeBlocks)
            {
                stepsLeft = 0;
                break;
            }

            var duration = end - StepStart;
            End(duration);
            listener.TokenGap(duration, decodes);
            repeated++;
            stepsLeft--;
            cache.TakeUnused(blocks);
            decodeTokens += decodes;
            StepStart = end;
            Steps++;
            DecisionHash = Rng.Mix(DecisionHash ^ plan.Digest);
            end += stepTime.Predict(StepShape.Decode(decodes, decodeTokens));
        }

        return end;
    }

    /// <summary>Ends the holding: brings the sequences up to date, so that the step in flight is ended and the next one planned as usual.</summary>
    internal void Stop()
    {
        stepsLeft = 0;
        if (repeated == 0)
        {
            return;
        }

        foreach (var sequence in plan.Scheduled)
        {
            sequence.OutputTokens += repeated;
            sequence.KnownTokens += repeated;
            sequence.ComputedTokens += repeated;
            sequence.HighWater = Math.Max(sequence.HighWater, sequence.ComputedTokens);
            sequence.LastToken = StepStart;
            sequence.PrivateBlocks = Math.Max(sequence.PrivateBlocks, limits.BlocksFor(sequence.ComputedTokens + 1) - sequence.SharedBlocks);
        }

        var steps = repeated;
        repeated = 0;
        scheduler.Advanced(steps);
    }

    private void Count()
    {
        Array.Clear(remainders);
        foreach (var sequence in plan.Scheduled)
        {
            if (sequence.HeldBlocks == limits.BlocksFor(sequence.ComputedTokens + 1))
            {
                remainders[sequence.ComputedTokens % limits.BlockSize]++;
            }
            else
            {
                // It holds blocks reserved in advance: they last for this many more steps.
                stepsLeft = Math.Min(stepsLeft, (sequence.HeldBlocks * limits.BlockSize) - sequence.ComputedTokens - 1);
            }
        }

        decodes = plan.Shape.DecodeSequences;
        decodeTokens = plan.Shape.DecodeTokens;
        counted = true;
    }
}
