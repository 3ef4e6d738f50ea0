namespace HalfFull.Queueing;

/// <summary>The share of service that each tenant is due, relative to the others; 1 for one that is not named.</summary>
public sealed class TenantWeights
{
    private readonly Dictionary<string, double> weights = new(StringComparer.Ordinal);

    /// <summary>Equal shares.</summary>
    public TenantWeights()
    {
    }

    /// <summary>The given shares.</summary>
    /// <exception cref="ArgumentException">A weight is not a number above zero; the message names the tenant.</exception>
    public TenantWeights(IReadOnlyDictionary<string, double> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        foreach (var (tenant, weight) in weights)
        {
            if (!double.IsFinite(weight) || weight <= 0)
            {
                throw new ArgumentException(FormattableString.Invariant($"The weight of tenant '{tenant}' is {weight}; it must be a number above 0."), nameof(weights));
            }

            this.weights.Add(tenant, weight);
        }
    }

    /// <summary>Tenants that have a weight of their own, sorted by name (ordinal).</summary>
    public IEnumerable<string> Tenants => weights.Keys.Order(StringComparer.Ordinal);

    /// <summary>The weight of a tenant.</summary>
    public double Of(string? tenant) => tenant is not null && weights.TryGetValue(tenant, out var weight) ? weight : 1;
}
