using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Engine.Victims;
using HalfFull.Policies;
using HalfFull.Queueing;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// vLLM V1 with <c>--scheduling-policy priority</c> (v1/core/sched/scheduler.py and request_queue.py, v0.11): most urgent first, then by arrival; the victim is
/// the least urgent running sequence, of equal ones the latest arrival. Here higher is more urgent, the opposite of vLLM. A waiting request never displaces a
/// running one, whatever its priority. vLLM does not age; without it the least urgent starve. A preempted sequence sorts in again by its priority.
/// </summary>
[Policy("vllm-priority", "Most urgent first, otherwise as vLLM; without ageing the least urgent starve while more urgent requests keep coming.")]
public sealed class VllmPriority : IEngineScheduler
{
    private readonly Options options;
    private readonly AgedOrder? bySteps;

    /// <summary>One scheduler for one engine.</summary>
    /// <exception cref="PolicyException">Ageing is asked for both by time and by steps, or by no time at all.</exception>
    public VllmPriority(Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        var priority = new SizeOrder(static entry => -(double)entry.Request.Priority);
        if (options is { Age: not null, AgeSteps: not null })
        {
            throw new PolicyException("Options 'age' and 'age-steps' of policy 'vllm-priority' exclude each other; give one of them.");
        }

        if (options.Age <= TimeSpan.Zero)
        {
            throw new PolicyException("Option 'age' of policy 'vllm-priority' must be longer than 0s, or off.");
        }

        bySteps = options.AgeSteps is { } steps ? AgedOrder.BySteps(priority, steps) : null;
        IQueueOrder unlessBySteps = options.Age is { } age ? AgedOrder.ByTime(priority, age) : priority;
        Order = bySteps ?? unlessBySteps;
        Victim = VictimRules.Create(options.Victim);
    }

    /// <inheritdoc/>
    public IQueueOrder Order { get; }

    /// <inheritdoc/>
    public IVictimRule Victim { get; }

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan) =>
        RunThenAdmit.Plan(engine, plan, options.FullGate, options.Watermark, options.LongPrefill == 0 ? int.MaxValue : options.LongPrefill);

    /// <inheritdoc/>
    public void StepDone(in StepReport step) => bySteps?.Passed(1);

    /// <inheritdoc/>
    public void Advanced(int steps) => bySteps?.Passed(steps);

    /// <summary>Options, with the defaults that vLLM ships.</summary>
    public sealed record Options
    {
        /// <summary>Waiting time worth one level of priority; null: no ageing by time.</summary>
        [Option("Waiting time that counts as much as one level of priority (off: no ageing, as in vLLM).")]
        public TimeSpan? Age { get; init; }

        /// <summary>Steps of waiting worth one level of priority; null: no ageing by steps.</summary>
        [Option("Engine steps of waiting that count as much as one level of priority (off: no ageing, as in vLLM).")]
        [Range(1, int.MaxValue)]
        public int? AgeSteps { get; init; }

        /// <summary>Whether the whole known sequence must fit before it is admitted.</summary>
        [Option("Admit a request only when all its known tokens fit now, not just its first chunk (false: the older V1 rule).")]
        public bool FullGate { get; init; } = true;

        /// <summary>Share of KV blocks kept free by admissions.</summary>
        [Option("Share of the KV blocks that an admission must leave free while anything runs.")]
        [Range(0.0, 0.99)]
        public double Watermark { get; init; }

        /// <summary>Cap on one sequence's tokens per step.</summary>
        [Option("Most tokens of one prompt in a step; 0 means no cap.")]
        [Range(0, 1_000_000)]
        public int LongPrefill { get; init; }

        /// <summary>Who gives back blocks.</summary>
        [Option(VictimRules.Summary)]
        public VictimChoice Victim { get; init; } = VictimChoice.LowestPriority;
    }
}
