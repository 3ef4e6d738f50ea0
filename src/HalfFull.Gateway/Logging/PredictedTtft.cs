using HalfFull.Routing;

namespace HalfFull.Gateway.Logging;

/// <summary>When a request's first token should come back from a replica, as far as its view tells: what is queued there and the request's own prompt, at its prefill rate.</summary>
internal static class PredictedTtft
{
    /// <summary>Seconds from the dispatch on; NaN when the replica's prefill rate is not known.</summary>
    public static double Seconds(in RouteRequest request, in ReplicaView view)
    {
        if (view.PrefillTokensPerSecond is not { } rate || rate <= 0)
        {
            return double.NaN;
        }

        var queued = Math.Max(0, (view.QueuedPrefillTokens ?? 0) - (view.Age.TotalSeconds * rate)) + view.UnreportedPrefillTokens;
        var own = request.Request.PromptTokens - (view.CachedPromptTokens ?? 0);
        return ((queued + own) / rate) + view.Latency.TotalSeconds;
    }
}
