using HalfFull.Routing;
using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

public sealed class PrefixAffinityTests
{
    private readonly PrefixAffinity router = new(new PrefixAffinity.Options { Explore = 0 }, new RouterSeed(1));

    [Fact]
    public void Most_of_the_prompt_cached_outweighs_a_queue_of_five_seconds_but_no_more()
    {
        var holder = Given.Idle(0) with { CachedPromptTokens = 800 };
        var idle = Given.Idle(1) with { CachedPromptTokens = 799 };

        Assert.Equal(0, Choose(holder with { QueuedPrefillTokens = 49_000 }, idle));
        Assert.Equal(1, Choose(holder with { QueuedPrefillTokens = 51_000 }, idle));
    }

    [Fact]
    public void Among_holders_and_among_strangers_the_soonest_first_token_wins()
    {
        Assert.Equal(1, Choose(Given.Idle(0) with { CachedPromptTokens = 900, QueuedPrefillTokens = 200 }, Given.Idle(1) with { CachedPromptTokens = 800 }));
        Assert.Equal(0, Choose(Given.Idle(0) with { CachedPromptTokens = 500 }, Given.Idle(1)));
        Assert.Equal(1, Choose(Given.Idle(0) with { CachedPromptTokens = 500, QueuedPrefillTokens = 600 }, Given.Idle(1)));
    }

    [Fact]
    public void Now_and_then_affinity_is_ignored()
    {
        var exploring = new PrefixAffinity(new PrefixAffinity.Options { Explore = 0.1 }, new RouterSeed(1));
        var chosen = Given.Chosen(exploring, 2000, Given.Idle(0) with { CachedPromptTokens = 900, QueuedPrefillTokens = 5000 }, Given.Idle(1));

        Assert.InRange(chosen.Count(static replica => replica == 1), 133, 267);
    }

    private int Choose(params ReplicaView[] candidates) => router.Choose(Given.Route(), candidates, default).Index;
}
