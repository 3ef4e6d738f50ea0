using System.ComponentModel.DataAnnotations;
using System.Runtime.InteropServices;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Metrics;
using HalfFull.Policies;

namespace HalfFull.Queueing.Queues;

/// <summary>
/// Virtual Token Counter (Sheng et al., OSDI 2024) in front of a fleet, weighted: the tenant served least in relation to its weight goes first, its requests by arrival. When a
/// request is sent, its tenant is charged for the prompt and for as much output as requests have on average, and when it ends for what it really had: the paper's variant
/// with predicted lengths, since tokens come back too late to order by. A tenant that comes back is lifted to the least served of those that wait,
/// or to the last that left when nobody does, so that idleness earns no credit.
/// </summary>
[Policy("vtc", "The tenant served least in tokens by its weight goes first; bounded unfairness between tenants, and within a tenant first come, first served.")]
public sealed class VtcQueue : IQueuePolicy, IRestorable
{
    private const double FirstMeanOutput = 256;
    private const double Smoothing = 0.02;
    private readonly Options options;
    private TenantWeights weights;
    private readonly TenantTable tenants = new();
    private readonly List<double> weightOf = [];
    private readonly Dictionary<long, Charge> open = [];
    private double meanOutput = FirstMeanOutput;
    private int waiting;
    private int lastLeft = -1;

    /// <summary>One queue.</summary>
    public VtcQueue(Options options, TenantWeights weights)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(weights);
        this.options = options;
        this.weights = weights;
        Order = new TenantOrder(tenants, Counter);
    }

    /// <inheritdoc/>
    public IQueueOrder Order { get; }

    /// <inheritdoc/>
    public void Joined(Request request)
    {
        var tenant = IndexOf(request);
        if (tenants[tenant].Waiting++ == 0)
        {
            Lift(tenant);
        }

        waiting++;
    }

    /// <inheritdoc/>
    public void Left(Request request)
    {
        var tenant = IndexOf(request);
        tenants[tenant].Waiting--;
        waiting--;
        lastLeft = tenant;
    }

    /// <inheritdoc/>
    public void Released(Request request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Left(request);
        var charge = new Charge(lastLeft, request.PromptTokens, Math.Min(meanOutput, request.MaxOutputTokens));
        open[request.Id] = charge;
        Add(charge.Tenant, charge.PromptTokens, charge.OutputTokens);
    }

    /// <inheritdoc/>
    public void Ended(in RequestRecord record)
    {
        if (!open.Remove(record.Id, out var charge))
        {
            return;
        }

        // Who got nothing pays nothing: a replica's failure is not the tenant's.
        var isServed = record.Outcome == Outcome.Completed || record.OutputTokens > 0;
        Add(charge.Tenant, isServed ? record.PromptTokens - charge.PromptTokens : -charge.PromptTokens, (isServed ? record.OutputTokens : 0) - charge.OutputTokens);
        meanOutput += record.Outcome == Outcome.Completed ? Smoothing * (record.OutputTokens - meanOutput) : 0;
    }

    /// <inheritdoc/>
    public void Reweigh(TenantWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        this.weights = weights;
        var tenant = 0;
        foreach (var name in tenants.Names)
        {
            weightOf[tenant++] = weights.Of(name);
        }
    }

    /// <inheritdoc/>
    public void Save(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Number((ulong)tenants.Count);
        var tenant = 0;
        foreach (var name in tenants.Names)
        {
            state.Text(name);
            state.Real(weightOf[tenant]);
            state.Whole(tenants[tenant].Waiting);
            state.Real(tenants[tenant++].Credit);
        }

        state.Number((ulong)open.Count);
        foreach (var (id, charge) in open.OrderBy(static known => known.Key))
        {
            state.Whole(id);
            state.Whole(charge.Tenant);
            state.Real(charge.PromptTokens);
            state.Real(charge.OutputTokens);
        }

        state.Real(meanOutput);
        state.Whole(waiting);
        state.Whole(lastLeft);
    }

    /// <inheritdoc/>
    public void Restore(ref StateReader state)
    {
        for (var left = state.Number(); left > 0; left--)
        {
            var name = state.Text();
            var tenant = tenants.IndexOf(new Request(0, default, 1, 1) { Tenant = name is "" ? null : name });
            weightOf.Add(state.Real());
            tenants[tenant].Waiting = state.Whole32();
            tenants[tenant].Credit = state.Real();
        }

        for (var left = state.Number(); left > 0; left--)
        {
            open.Add(state.Whole(), new Charge(state.Whole32(), state.Real(), state.Real()));
        }

        meanOutput = state.Real();
        waiting = state.Whole32();
        lastLeft = state.Whole32();
    }

    /// <summary>The virtual counter of a tenant: tokens served, by its weight.</summary>
    internal double Counter(int tenant) => tenants[tenant].Credit;

    /// <summary>The number of a request's tenant.</summary>
    internal int IndexOf(Request request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var tenant = tenants.IndexOf(request);
        if (tenant == weightOf.Count)
        {
            weightOf.Add(weights.Of(request.Tenant));
        }

        return tenant;
    }

    private void Add(int tenant, double promptTokens, double outputTokens) =>
        tenants[tenant].Credit += ((options.InputWeight * promptTokens) + (options.OutputWeight * outputTokens)) / weightOf[tenant];

    private void Lift(int tenant)
    {
        var least = waiting == 0 && lastLeft >= 0 ? Counter(lastLeft) : double.PositiveInfinity;
        for (var other = 0; other < tenants.Count && waiting > 0; other++)
        {
            least = other != tenant && tenants[other].Waiting > 0 ? Math.Min(least, Counter(other)) : least;
        }

        if (double.IsFinite(least))
        {
            tenants[tenant].Credit = Math.Max(least, Counter(tenant));
        }
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

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Charge(int Tenant, double PromptTokens, double OutputTokens);
}
