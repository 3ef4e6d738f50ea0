using HalfFull.Policies;

namespace HalfFull.Prediction;

/// <summary>
/// Output lengths for each tenant, shrunk towards those of all: the mean o_i and the survival S_t of the page on LARRY and SAL, sections 1.2 and 1.3.
/// Tenants are numbered in order of appearance from 1; 0 stands for a request without a tenant and for everybody.
/// </summary>
internal sealed class TenantOutputs
{
    private const double ShrinkWeight = 20;
    private const int HalveAt = 500;
    private const int TenantWindow = 400;
    private const int GlobalWindow = 1000;
    private const int RefreshEvery = 50;
    private readonly Dictionary<string, int> indexOf = new(StringComparer.Ordinal);
    private readonly List<Tenant> tenants = [];
    private readonly OutputSurvival everybody;
    private int sinceRefresh;
    private int version;

    internal TenantOutputs(double priorWeight)
    {
        everybody = new OutputSurvival(GlobalWindow, priorWeight);
        everybody.Refresh();
    }

    /// <summary>Index of a tenant, made when it is new.</summary>
    internal int IndexOf(string? tenant)
    {
        if (tenant is null)
        {
            return 0;
        }

        if (!indexOf.TryGetValue(tenant, out var index))
        {
            tenants.Add(new Tenant());
            index = tenants.Count;
            indexOf.Add(tenant, index);
        }

        return index;
    }

    /// <summary>o_i: the tenant's mean output shrunk by 20 requests of the mean of all.</summary>
    internal double Mean(int index, double meanOfAll)
    {
        if (index == 0)
        {
            return meanOfAll;
        }

        var tenant = tenants[index - 1];
        return (tenant.Sum + (ShrinkWeight * meanOfAll)) / (tenant.Count + ShrinkWeight);
    }

    /// <summary>The survival of the tenant's output lengths.</summary>
    internal OutputSurvival Survival(int index)
    {
        if (index == 0)
        {
            return everybody;
        }

        var tenant = tenants[index - 1];
        if (tenant.Version != version)
        {
            tenant.Version = version;
            tenant.Survival.Refresh(everybody);
        }

        return tenant.Survival;
    }

    /// <summary>Takes in a finished request. The tables change every 50 of them.</summary>
    internal void Finished(int index, int outputTokens)
    {
        everybody.Add(outputTokens);
        if (index > 0)
        {
            var tenant = tenants[index - 1];
            tenant.Survival.Add(outputTokens);
            tenant.Sum += outputTokens;
            if (++tenant.Count == HalveAt)
            {
                tenant.Sum /= 2;
                tenant.Count /= 2;
            }
        }

        if (++sinceRefresh == RefreshEvery)
        {
            sinceRefresh = 0;
            version++;
            everybody.Refresh();
        }
    }

    /// <summary>Saves the means, but not the survival: for those who read the means alone.</summary>
    internal void SaveMeans(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Number((ulong)tenants.Count);
        foreach (var (name, index) in indexOf.OrderBy(static known => known.Value))
        {
            state.Text(name);
            state.Real(tenants[index - 1].Sum);
            state.Whole(tenants[index - 1].Count);
        }
    }

    internal void RestoreMeans(ref StateReader state)
    {
        for (var left = state.Number(); left > 0; left--)
        {
            var tenant = tenants[IndexOf(state.Text() ?? string.Empty) - 1];
            tenant.Sum = state.Real();
            tenant.Count = state.Whole32();
        }
    }

    private sealed class Tenant
    {
        internal readonly OutputSurvival Survival = new(TenantWindow, ShrinkWeight);
        internal double Sum;
        internal int Count;
        internal int Version = -1;
    }
}
