using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Routing;
using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

public sealed class MixtureTests
{
    [Fact]
    public void It_learns_which_member_brings_first_tokens_sooner_and_learns_anew_when_that_changes()
    {
        // Replica 0 has more requests, replica 1 more tokens: each member has its favourite.
        var router = Create("least-requests+least-tokens");
        var candidates = new[] { Given.Idle(0) with { InFlightRequests = 2 }, Given.Idle(1) with { InFlightRequests = 1, InFlightPromptTokens = 5000 } };
        Assert.Equal([0.5, 0.5], router.Learned.Select(static member => member.Value));

        Play(router, candidates, 0, 1500, fast: 0);
        Assert.True(router.Learned[1].Value > 0.9);
        Play(router, candidates, 1500, 1500, fast: 1);
        Assert.True(router.Learned[0].Value > 0.9);
        Assert.Equal("least-requests", router.Learned[0].Name);
        Assert.Equal(1, router.Learned.Sum(static member => member.Value), 1e-12);
        Assert.All(router.Learned, static member => Assert.InRange(member.Value, 0.015, 0.985));
    }

    [Fact]
    public void Members_without_a_difference_stay_in_the_mixture()
    {
        var router = Create("least-requests+least-tokens");
        Play(router, [Given.Idle(0), Given.Idle(1)], 0, 2000, fast: -1);

        Assert.All(router.Learned, static member => Assert.InRange(member.Value, 0.1, 0.9));
    }

    [Fact]
    public void What_ends_without_a_first_token_counts_against_its_member()
    {
        var router = Create("least-requests+least-tokens");
        var candidates = new[] { Given.Idle(0) with { InFlightRequests = 2 }, Given.Idle(1) with { InFlightRequests = 1, InFlightPromptTokens = 5000 } };
        for (var id = 0; id < 200; id++)
        {
            var request = Given.Route(id);
            var view = candidates[router.Choose(request, candidates, default).Index];
            router.Dispatched(request, view);
            if (view.Replica == 0)
            {
                router.FirstToken(request.Request, 0, TimeSpan.FromSeconds(1));
            }

            router.Ended(new RequestRecord(id, default, default, default, default, 1000, 0, 1, 0, view.Replica, null, view.Replica == 0 ? Outcome.Completed : Outcome.Failed));
        }

        Assert.True(router.Learned[1].Value > 0.9);
    }

    [Fact]
    public void Its_members_may_have_options_and_their_needs_are_its_own()
    {
        var router = Create("llmd:queue=1;kv=1+oracle-work");

        Assert.Equal("llmd:kv=1,queue=1", router.Learned[0].Name);
        Assert.True(((IRouter)router).NeedsPrefixHits);
        Assert.True(((IRouter)router).NeedsPrediction);
        Assert.False(((IRouter)Create("random+p2c")).NeedsPrefixHits);
    }

    [Theory]
    [InlineData("sal")]
    [InlineData("sal+mixture")]
    [InlineData("sal+nonesuch")]
    public void Fewer_than_two_itself_or_unknown_members_are_refused(string members) => Assert.Throws<PolicyException>(() => Create(members));

    private static Mixture Create(string members) => new(new Mixture.Options { Of = members }, new Rng(1), new RouterSeed(1));

    /// <summary>One replica answers in 0.5 s to 1.5 s, the others in twice that.</summary>
    private static void Play(Mixture router, ReplicaView[] candidates, int first, int count, int fast)
    {
        var rng = new Rng((ulong)first + 5);
        for (var id = first; id < first + count; id++)
        {
            var request = Given.Route(id);
            var view = candidates[router.Choose(request, candidates, default).Index];
            router.Dispatched(request, view);
            var seconds = (0.5 + rng.NextDouble()) * (fast < 0 || view.Replica == fast ? 1 : 2);
            router.FirstToken(request.Request, view.Replica, TimeSpan.FromSeconds(seconds));
        }
    }
}
