namespace HalfFull.Scheduling;

/// <summary>
/// Limits how many tenants policies tell apart: names may come from clients, and every one costs memory and time. Those named in the configuration are always known, others
/// in order of appearance; the rest share one name.
/// </summary>
internal sealed class TenantNames
{
    internal const string Others = "(others)";
    private const int Most = 1000;
    private readonly HashSet<string> known = new(StringComparer.Ordinal);
    private readonly int most;

    internal TenantNames(IEnumerable<string> configured)
    {
        known.UnionWith(configured);
        most = known.Count + Most;
    }

    /// <summary>The name under which a tenant is known.</summary>
    internal string? Of(string? tenant) => tenant is null || known.Contains(tenant) || (known.Count < most && known.Add(tenant)) ? tenant : Others;
}
