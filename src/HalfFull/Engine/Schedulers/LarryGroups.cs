using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Prediction;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// What a request's key takes from its tenant and its priority in LARRY: the lengths of the tenant's outputs, its excess service, and the class. Requests that have all of it in
/// common are one group of the queue. The excess is what a tenant has been served, in tokens weighted as by VTC (1 for prompt, 2 for output), above the waiting tenant served
/// least; who comes back after having nothing waiting is lifted to that one.
/// </summary>
internal sealed class LarryGroups(Larry.Options options, TenantOutputs outputs)
{
    private const double InputWeight = 1;
    private const double OutputWeight = 2;
    private readonly TenantTable tenants = new();
    private readonly Dictionary<(int Outputs, int Account, int Priority), int> indexOf = [];
    private readonly List<(int Outputs, int Account, int Priority)> groups = [];
    private double least;

    private bool IsPlain => !options.Fair && options.Priority == Larry.PriorityRule.None;

    /// <summary>The group of a request, made when it is new.</summary>
    internal int IndexOf(Request request)
    {
        var learned = options.Tenants ? outputs.IndexOf(request.Tenant) : 0;
        if (IsPlain)
        {
            return learned;
        }

        var key = (learned, options.Fair ? tenants.IndexOf(request) : 0, options.Priority == Larry.PriorityRule.None ? 0 : request.Priority);
        if (!indexOf.TryGetValue(key, out var index))
        {
            index = groups.Count;
            groups.Add(key);
            indexOf.Add(key, index);
        }

        return index;
    }

    /// <summary>Index of the group's outputs.</summary>
    internal int OutputsOf(int group) => IsPlain ? group : groups[group].Outputs;

    /// <summary>Priority of the group.</summary>
    internal int PriorityOf(int group) => options.Priority == Larry.PriorityRule.None ? 0 : groups[group].Priority;

    /// <summary>Starts a pass: finds the waiting tenant served least.</summary>
    internal void Freeze()
    {
        least = options.Fair ? LeastServed(except: -1) : 0;
    }

    /// <summary>Excess service of the group's tenant, in weighted tokens.</summary>
    internal double ExcessOf(int group) => options.Fair ? Math.Max(0, Served(groups[group].Account) - least) : 0;

    /// <summary>A sequence joined the queue for the first time.</summary>
    internal void Arrived(Sequence sequence)
    {
        if (options.Fair && tenants.Queued(sequence) is var tenant && tenants[tenant].Waiting == 1)
        {
            var others = LeastServed(tenant);
            tenants[tenant].Credit += double.IsFinite(others) ? Math.Max(0, others - Served(tenant)) : 0;
        }
    }

    /// <summary>A sequence was admitted.</summary>
    internal void Admitted(Sequence sequence)
    {
        if (options.Fair)
        {
            var tenant = tenants.Unqueued(sequence);
            tenants[tenant].PromptTokens += sequence.Preemptions == 0 ? sequence.UncachedTokens : 0;
        }
    }

    /// <summary>A sequence lost its blocks.</summary>
    internal void Preempted(Sequence sequence)
    {
        if (options.Fair)
        {
            tenants.Queued(sequence);
        }
    }

    /// <summary>A sequence left.</summary>
    internal void Aborted(Sequence sequence)
    {
        if (options.Fair)
        {
            tenants.Unqueued(sequence);
        }
    }

    /// <summary>A plan is made.</summary>
    internal void Planned(StepPlan plan)
    {
        if (options.Fair)
        {
            tenants.CountDecodes(plan);
        }
    }

    /// <summary>So many of its steps have ended.</summary>
    internal void Decoded(int steps)
    {
        if (options.Fair)
        {
            tenants.Decoded(steps);
        }
    }

    private double Served(int tenant) => tenants[tenant].Charged(InputWeight, OutputWeight);

    private double LeastServed(int except)
    {
        var served = double.PositiveInfinity;
        for (var tenant = 0; tenant < tenants.Count; tenant++)
        {
            served = tenant != except && tenants[tenant].Waiting > 0 ? Math.Min(served, Served(tenant)) : served;
        }

        return served;
    }
}
