using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Policies;
using HalfFull.Queueing;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// S3 (Jin et al., NeurIPS 2023): memory is reserved for the prompt and the upper end of the predicted length bucket, of ten equal ones, and packed by first fit, the
/// largest reservation first. Whoever outgrows its reservation is preempted and comes back with twice as much. A wrong bucket costs a recomputation or idle memory.
/// A step looks at the first <c>lookahead</c> waiting requests.
/// </summary>
[Policy("s3", "Reserves the predicted length bucket and packs the largest first, as S3, needs --predict; good packing with good predictions, but small requests wait behind large ones.")]
public sealed class S3(S3.Options options) : IEngineScheduler
{
    /// <inheritdoc/>
    public IQueueOrder Order { get; } = Ageing.Of(new SizeOrder(entry => -(entry.Request.PromptTokens + (double)Reserved(options, entry.Request, entry.OutputTokens))), options.Age, "s3");

    /// <inheritdoc/>
    public bool NeedsPrediction => true;

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        var limits = engine.Limits;
        var steps = int.MaxValue;
        foreach (var sequence in engine.Running)
        {
            if (limits.BlocksFor(sequence.KnownTokens) > sequence.HeldBlocks)
            {
                plan.Preempt(sequence);
                continue;
            }

            plan.TrySchedule(sequence);

            // Until the blocks are used up; then it is preempted, not given more.
            steps = Math.Min(steps, (sequence.HeldBlocks * limits.BlockSize) - sequence.ComputedTokens);
        }

        if (!plan.HasPreempted)
        {
            Admit(engine, plan);
        }

        plan.HoldFor(Math.Max(1, steps));
    }

    /// <summary>Output tokens for which memory is reserved: the upper end of the predicted bucket, doubled until it exceeds what has been generated.</summary>
    internal static int Reserved(Options options, Request request, int outputTokens)
    {
        var width = Math.Max(1, options.Range / options.Buckets);
        var predicted = Srpt.Remaining(request, 0);
        var reserved = ((long)predicted + width - 1) / width * width;
        while (reserved <= outputTokens)
        {
            reserved *= 2;
        }

        return (int)Math.Min(reserved, request.MaxOutputTokens);
    }

    private void Admit(in EngineSnapshot engine, StepPlan plan)
    {
        if (engine.Waiting.Count == 0 || plan.SeatsLeft <= 0 || plan.TokensLeft <= 0)
        {
            return;
        }

        var looked = 0;
        var anyRuns = !engine.Running.IsEmpty;
        foreach (var sequence in engine.Waiting)
        {
            var output = Math.Min(Reserved(options, sequence.Request, sequence.OutputTokens), sequence.OutputLimit);
            var reserved = engine.Limits.BlocksFor(sequence.PromptTokens + Math.Max(output, sequence.OutputTokens + 1) - 1);
            if (!plan.TryAdmit(sequence, reserved) && !anyRuns && plan.Scheduled.IsEmpty)
            {
                // More than the whole pool: it runs alone in what there is.
                plan.TryAdmit(sequence, engine.Limits.BlocksFor(sequence.KnownTokens));
            }

            if (++looked == options.Lookahead || plan.SeatsLeft <= 0 || plan.TokensLeft <= 0)
            {
                return;
            }
        }
    }

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>Length buckets.</summary>
        [Option("Buckets of output length.")]
        [Range(1, 10_000)]
        public int Buckets { get; init; } = 10;

        /// <summary>Output tokens that the buckets span.</summary>
        [Option("Output tokens that the buckets span together; longer outputs get further buckets of the same width.")]
        [Range(1, 10_000_000)]
        public int Range { get; init; } = 2048;

        /// <summary>Waiting requests that a step looks at.</summary>
        [Option("Waiting requests that one step looks at for one that fits.")]
        [Range(1, 1_000_000)]
        public int Lookahead { get; init; } = 64;

        /// <summary>Waiting time worth one token.</summary>
        [Option("Waiting time that counts as much as one reserved token more (off: no ageing; small requests may starve).")]
        public TimeSpan? Age { get; init; }
    }
}
