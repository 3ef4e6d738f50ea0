using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Policies;
using HalfFull.Queueing;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// Virtual Token Counter (Sheng et al., OSDI 2024; VTC-artifact, slora/server/router/vtc_req_queue.py): the tenant that has been served least goes first, its requests
/// by arrival. A tenant is charged for a prompt when it is admitted and for every token that it decodes; one that comes back after having nothing waiting is lifted
/// to the least served of those that wait, so that idleness earns no credit. If the first request of that tenant does not fit, nobody passes it. Steps and
/// admission are LightLLM's, on which S-LoRA is built: prefill steps first, by the future peak with output limits for lengths.
/// </summary>
[Policy("vtc", "The tenant served least in tokens goes first, as VTC; bounded unfairness between tenants, but a large request at the head idles memory, and within a tenant it is first come, first served.")]
public sealed class Vtc : IEngineScheduler
{
    private readonly Options options;
    private readonly TenantTable tenants = new();
    private bool prefills;

    /// <summary>One scheduler for one engine.</summary>
    public Vtc(Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        Order = new TenantOrder(tenants, Counter);
    }

    /// <inheritdoc/>
    public IQueueOrder Order { get; }

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        prefills = DecodesFirst.Continue(engine, plan);
        var holds = Admit(engine, plan);
        if (!prefills)
        {
            DecodesFirst.Decode(engine, plan);
            plan.HoldFor(holds);
        }

        tenants.CountDecodes(plan);
        if (!prefills && holds > 1)
        {
            plan.HoldFor(Math.Min(holds, StepsUntilAnotherIsFirst(engine)));
        }
    }

    /// <inheritdoc/>
    public void Arrived(Sequence sequence)
    {
        var tenant = tenants.Queued(sequence);
        if (tenants[tenant].Waiting == 1)
        {
            Lift(tenant);
        }
    }

    /// <inheritdoc/>
    public void Admitted(Sequence sequence) => tenants.Admitted(sequence);

    /// <inheritdoc/>
    public void Preempted(Sequence sequence) => tenants.Queued(sequence);

    /// <inheritdoc/>
    public void Aborted(Sequence sequence) => tenants.Unqueued(sequence);

    /// <inheritdoc/>
    public void StepDone(in StepReport step) => tenants.Decoded(1);

    /// <inheritdoc/>
    public void Advanced(int steps) => tenants.Decoded(steps);

    /// <summary>The virtual counter of a tenant.</summary>
    internal double Counter(int tenant) => tenants[tenant].Charged(options.InputWeight, options.OutputWeight);

    /// <summary>The number of a request's tenant.</summary>
    internal int TenantOf(Request request) => tenants.IndexOf(request);

    /// <summary>Requests of a tenant that wait.</summary>
    internal int Waiting(int tenant) => tenants[tenant].Waiting;

    private void Lift(int tenant)
    {
        var least = double.PositiveInfinity;
        for (var other = 0; other < tenants.Count; other++)
        {
            least = other != tenant && tenants[other].Waiting > 0 ? Math.Min(least, Counter(other)) : least;
        }

        var own = Counter(tenant);
        if (double.IsFinite(least) && least > own)
        {
            tenants[tenant].Credit += least - own;
        }
    }

    /// <summary>Admits one request after the other, each of the tenant then served least; returns for how many steps a refusal by memory stands.</summary>
    private int Admit(in EngineSnapshot engine, StepPlan plan)
    {
        if (engine.Waiting.Count == 0 || plan.SeatsLeft <= 0 || plan.TokensLeft <= 0)
        {
            return int.MaxValue;
        }

        PeakGate.Open(engine, plan);
        var anyRuns = !engine.Running.IsEmpty;
        while (FirstWaiting.Of(engine) is { } first)
        {
            var excess = PeakGate.Excess(engine.Limits, plan, first);
            if ((anyRuns && excess >= 0)
                || !WholePrompt.FitsStep(plan, first, prefills)
                || !plan.TryAdmit(first, engine.Limits.BlocksFor(first.KnownTokens)))
            {
                return anyRuns && excess >= 0 ? PeakGate.StepsRefused(excess, engine) : int.MaxValue;
            }

            prefills = true;
            anyRuns = true;
        }

        return int.MaxValue;
    }

    /// <summary>Steps until decoding has charged the tenant of the first request so much that another one could go first.</summary>
    private int StepsUntilAnotherIsFirst(in EngineSnapshot engine)
    {
        if (FirstWaiting.Of(engine) is not { } first)
        {
            return int.MaxValue;
        }

        var leader = tenants.IndexOf(first.Request);
        var steps = (double)int.MaxValue;
        for (var other = 0; other < tenants.Count; other++)
        {
            var faster = options.OutputWeight * (tenants[leader].Decodes - tenants[other].Decodes);
            if (tenants[other].Waiting > 0 && other != leader && faster > 0)
            {
                steps = Math.Min(steps, (Counter(other) - Counter(leader)) / faster);
            }
        }

        return (int)Math.Max(1, steps);
    }

    /// <summary>Options, with the defaults of the paper.</summary>
    public sealed record Options
    {
        /// <summary>Charge for a prompt token.</summary>
        [Option("Charge for a prompt token.")]
        [Range(0.0, 1e6)]
        public double InputWeight { get; init; } = 1;

        /// <summary>Charge for an output token.</summary>
        [Option("Charge for an output token.")]
        [Range(0.0, 1e6)]
        public double OutputWeight { get; init; } = 2;
    }
}
