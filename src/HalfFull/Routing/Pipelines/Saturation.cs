namespace HalfFull.Routing.Pipelines;

/// <summary>The utilization detector of llm-d: how full a fleet is, 1 meaning that it can take no more, from requests waiting and KV memory in use.</summary>
public static class Saturation
{
    private const double WaitingLimit = 5;
    private const double KvLimit = 0.8;

    /// <summary>Mean over the candidates; a stale report counts as saturated, an unknown figure as what the host itself has sent.</summary>
    /// <param name="candidates">The replicas; at least one.</param>
    /// <param name="oldest">Age from which a report is stale.</param>
    public static double Of(ReadOnlySpan<ReplicaView> candidates, TimeSpan oldest)
    {
        var sum = 0.0;
        foreach (ref readonly var view in candidates)
        {
            sum += view.Age > oldest ? 1 : Math.Max((view.Waiting ?? 0) / WaitingLimit, (KvUsage(view) ?? 0) / KvLimit);
        }

        return sum / candidates.Length;
    }

    /// <summary>Share of a replica's KV memory in use, 0 to 1; null when unknown.</summary>
    internal static double? KvUsage(in ReplicaView view) =>
        view is { KvTokensInUse: { } used, KvCapacityTokens: > 0 and { } capacity } ? used < capacity ? Math.Max(0, (double)used / capacity) : 1 : null;
}
