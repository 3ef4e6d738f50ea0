using HalfFull.Policies;

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
    private int most;

    internal TenantNames(IEnumerable<string> configured) => Configure(configured);

    /// <summary>Other names are configured from now on; those known before stay known.</summary>
    internal void Configure(IEnumerable<string> configured)
    {
        var names = configured.ToArray();
        known.UnionWith(names);
        most = names.Length + Most;
    }

    /// <summary>The name under which a tenant is known.</summary>
    internal string? Of(string? tenant) => tenant is null || known.Contains(tenant) || (known.Count < most && known.Add(tenant)) ? tenant : Others;

    /// <summary>A request as policies see it.</summary>
    internal Request Ranked(Request request)
    {
        var tenant = Of(request.Tenant);
        return ReferenceEquals(tenant, request.Tenant) ? request : request with { Tenant = tenant };
    }

    internal void Save(StateWriter state)
    {
        state.Number((ulong)known.Count);
        foreach (var name in known.Order(StringComparer.Ordinal))
        {
            state.Text(name);
        }
    }

    internal void Restore(ref StateReader state)
    {
        for (var left = state.Number(); left > 0; left--)
        {
            known.Add(state.Text() ?? throw new InvalidDataException("a tenant has no name"));
        }
    }
}
