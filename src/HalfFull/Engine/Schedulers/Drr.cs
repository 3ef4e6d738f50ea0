using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Policies;
using HalfFull.Queueing;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// Deficit round robin over tenants (Sheng et al., OSDI 2024, as a baseline; VTC-artifact, slora/server/router/mdrr_req_queue.py): a tenant whose turn it is gets a quantum
/// if it has no deficit left, and is served until prompts admitted and tokens decoded have used it up; debts are carried on. A tenant that memory stops keeps its
/// turn. A deficit that is left is lost when the tenant comes back after having nothing waiting. Steps and admission are those of <see cref="Vtc"/>.
/// </summary>
[Policy("drr", "Tenants in turn, each for a quantum of tokens; fair in the long run and cheap, but a whole quantum goes to one tenant before the next is served.")]
public sealed class Drr : IEngineScheduler
{
    private const int NoOne = -1;
    private readonly Options options;
    private readonly TenantTable tenants = new();
    private readonly double quantum;
    private int turn;
    private int serving = NoOne;
    private bool stopped;
    private bool prefills;

    /// <summary>One scheduler for one engine.</summary>
    public Drr(Options options, EngineLimits limits)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(limits);
        this.options = options;
        quantum = Math.Max(1, options.Quantum * limits.KvCapacityTokens);
        Order = new TenantOrder(tenants, tenant => (tenant - turn + tenants.Count) % tenants.Count);
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

            // Decoding moves deficits, but the tenant that memory stopped keeps its turn whatever it owes.
            plan.HoldFor(holds);
        }

        tenants.CountDecodes(plan);
    }

    /// <inheritdoc/>
    public void Arrived(Sequence sequence)
    {
        var tenant = tenants.Queued(sequence);
        if (tenants[tenant].Waiting == 1)
        {
            tenants[tenant].Credit -= Math.Max(0, Deficit(tenant));
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

    private double Deficit(int tenant) => tenants[tenant].Charged(-options.InputWeight, -options.OutputWeight);

    private int Admit(in EngineSnapshot engine, StepPlan plan)
    {
        if (engine.Waiting.Count == 0 || plan.SeatsLeft <= 0 || plan.TokensLeft <= 0)
        {
            return int.MaxValue;
        }

        PeakGate.Open(engine, plan);
        var anyRuns = !engine.Running.IsEmpty;
        while (NextInTurn(engine) is { } first)
        {
            var excess = PeakGate.Excess(engine.Limits, plan, first);
            stopped = (anyRuns && excess >= 0)
                || !WholePrompt.FitsStep(plan, first, prefills)
                || !plan.TryAdmit(first, engine.Limits.BlocksFor(first.KnownTokens));
            if (stopped)
            {
                return anyRuns && excess >= 0 ? PeakGate.StepsRefused(excess, engine) : int.MaxValue;
            }

            prefills = true;
            anyRuns = true;
        }

        return int.MaxValue;
    }

    /// <summary>The first waiting request of the tenant whose turn it is. A turn ends when its deficit is used up; who owes more than a quantum is passed over.</summary>
    private Sequence? NextInTurn(in EngineSnapshot engine)
    {
        while (FirstWaiting.Of(engine) is { } first)
        {
            var tenant = tenants.IndexOf(first.Request);
            if (tenant != serving)
            {
                stopped = false;
                serving = tenant;
                turn = tenant;
                tenants[tenant].Credit += Deficit(tenant) <= 0 ? quantum : 0;
            }

            if (stopped || Deficit(tenant) > 0)
            {
                return first;
            }

            serving = NoOne;
            turn = (tenant + 1) % tenants.Count;
        }

        return null;
    }

    /// <summary>Options, with the defaults of the artifact.</summary>
    public sealed record Options
    {
        /// <summary>Quantum as a share of the KV cache.</summary>
        [Option("Tokens that a tenant may use in its turn, as a share of the KV cache.")]
        [Range(0.001, 10.0)]
        public double Quantum { get; init; } = 0.05;

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
