using HalfFull.Policies;

namespace HalfFull.Routing.Routers.Parts;

/// <summary>What Preble keeps of one replica: work, reuse and times to first token over its window.</summary>
internal sealed class PrebleShare : IRestorable
{
    private const double Slowdown = 2;
    private const int FewestSamples = 8;
    private readonly SlidingSum prefill = new();
    private readonly SlidingSum cached = new();
    private readonly SlidingSum prompts = new();
    private readonly SlidingSum firstTokens = new();
    private readonly SlidingSum firstTokenSeconds = new();
    private readonly SlidingSum recentFirstTokens = new();
    private readonly SlidingSum recentFirstTokenSeconds = new();
    private double computed;

    private SlidingSum[] Sums => [prefill, cached, prompts, firstTokens, firstTokenSeconds, recentFirstTokens, recentFirstTokenSeconds];

    public void Sent(in RouteRequest request, int cachedTokens, double rate, TimeSpan window)
    {
        var uncached = Math.Max(1, request.Request.PromptTokens - cachedTokens);
        prefill.Add(uncached / rate, request.Now, window);
        cached.Add(cachedTokens, request.Now, window);
        prompts.Add(request.Request.PromptTokens, request.Now, window);
        computed += uncached;
    }

    public void FirstToken(double seconds, TimeSpan now, TimeSpan window)
    {
        firstTokens.Add(1, now, window);
        firstTokenSeconds.Add(seconds, now, window);
        recentFirstTokens.Add(1, now, window / 2);
        recentFirstTokenSeconds.Add(seconds, now, window / 2);
    }

    /// <summary>Prefill work sent in the window, seconds.</summary>
    public double PrefillSeconds(TimeSpan now, TimeSpan window) => prefill.At(now, window);

    /// <summary>Tokens that will be computed again because a prompt takes their place: once the cache has filled, every new token evicts one, and of those as many
    /// are missed as are found now.</summary>
    public double Lost(int uncached, long? capacity, TimeSpan now, TimeSpan window) =>
        computed > capacity && prompts.At(now, window) is > 0 and var all ? uncached * cached.At(now, window) / all : 0;

    /// <summary>Whether the mean time to first token of the newer half of the window is twice that of the older half.</summary>
    public bool HasSlowed(TimeSpan now, TimeSpan window)
    {
        var (recent, recentSum) = (recentFirstTokens.At(now, window / 2), recentFirstTokenSeconds.At(now, window / 2));
        var (older, olderSum) = (firstTokens.At(now, window) - recent, firstTokenSeconds.At(now, window) - recentSum);
        return recent >= FewestSamples && older >= FewestSamples && recentSum / recent > Slowdown * olderSum / older;
    }

    /// <inheritdoc/>
    public void Save(StateWriter state)
    {
        state.Real(computed);
        foreach (var sum in Sums)
        {
            sum.Save(state);
        }
    }

    /// <inheritdoc/>
    public void Restore(ref StateReader state)
    {
        computed = state.Real();
        foreach (var sum in Sums)
        {
            sum.Restore(ref state);
        }
    }
}
