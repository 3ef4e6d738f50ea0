using HalfFull.Traces;

namespace HalfFull.Simulation.Workloads.Presets;

/// <summary>Several tenants, each with its own rate, burstiness and lengths, merged in order of arrival.</summary>
/// <param name="requestsPerSecond">Mean rate of all together.</param>
/// <param name="tenants">The tenants.</param>
internal sealed class TenantMix(double requestsPerSecond, params Tenant[] tenants)
{
    private readonly double totalWeight = tenants.Sum(tenant => tenant.Weight);

    /// <summary>No prompt is longer.</summary>
    public int MaxPromptTokens { get; } = tenants.Max(tenant => tenant.Lengths.MaxPromptTokens);

    /// <summary>No output is longer.</summary>
    public int MaxOutputTokens { get; } = tenants.Max(tenant => tenant.Lengths.MaxOutputTokens);

    /// <summary>The endless rows.</summary>
    public IEnumerable<TraceRow> Rows(Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        var gapRngs = tenants.Select(tenant => rng.Fork("gaps").Fork(tenant.Name)).ToArray();
        var lengthRngs = tenants.Select(tenant => rng.Fork("lengths").Fork(tenant.Name)).ToArray();

        // Nobody starts at an arrival of its own: the first wait is a random part of a gap.
        var due = tenants.Select((tenant, i) => gapRngs[i].NextDouble() * Gap(i, gapRngs[i])).ToArray();
        var origin = due.Min();
        while (true)
        {
            var next = IndexOfMin(due);
            var (prompt, output) = tenants[next].Lengths.Next(lengthRngs[next]);
            yield return new TraceRow(TimeSpan.FromSeconds(due[next] - origin), prompt, output) { Tenant = tenants[next].Name };
            due[next] += Gap(next, gapRngs[next]);
        }
    }

    private static int IndexOfMin(double[] values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
        {
            best = values[i] < values[best] ? i : best;
        }

        return best;
    }

    private double Gap(int tenant, Rng rng) =>
        tenants[tenant].Gaps.Next(rng) * totalWeight / (tenants[tenant].Weight * requestsPerSecond);
}
