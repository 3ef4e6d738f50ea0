namespace HalfFull.Routing.Routers.Parts;

/// <summary>What is on a replica: as reported, with what was sent since; by the host's own ledger where nothing was reported, so that unknown is never 0.</summary>
internal static class Loads
{
    /// <summary>Requests there.</summary>
    public static int Requests(in ReplicaView view) =>
        view.Running + view.Waiting is { } present ? present + view.UnreportedRequests : view.InFlightRequests;

    /// <summary>Prompt tokens that it must prefill before anything sent now.</summary>
    public static long QueuedPrefill(in ReplicaView view) =>
        view.QueuedPrefillTokens is { } queued ? queued + view.UnreportedPrefillTokens : view.InFlightPrefillTokens;

    /// <summary>KV tokens that its requests hold or will need for their prompts.</summary>
    public static long KvTokens(in ReplicaView view) => view.KvTokensInUse is { } used
        ? used + (view.KvTokensQueued ?? 0) + view.UnreportedPromptTokens
        : view.InFlightPromptTokens + (view.InFlightOutputTokens ?? 0);

    /// <summary>Prompt tokens of a request that it would have to prefill; at least 1, as the last one is always computed.</summary>
    public static int Uncached(in RouteRequest request, in ReplicaView view) => Math.Max(1, request.Request.PromptTokens - (view.CachedPromptTokens ?? 0));

    /// <summary>Share of the prompt that it has cached, 0 to 1.</summary>
    public static double MatchRate(in RouteRequest request, in ReplicaView view) =>
        (double)(view.CachedPromptTokens ?? 0) / Math.Max(1, request.Request.PromptTokens);

    /// <summary>Share of the traffic that it is meant to take.</summary>
    public static double Weight(in ReplicaView view) => view.Weight is { } weight && weight > 0 && double.IsFinite(weight) ? weight : 1;
}
