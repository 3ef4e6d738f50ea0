using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Routing;
using GivenRoute = HalfFull.Tests.Routing.Routers.Given;

namespace HalfFull.Tests.Contracts;

/// <summary>What every router must do, whatever it prefers.</summary>
public sealed class RouterContract
{
    /// <summary>Routers that draw a place among the candidates: which replica stands there is all they know.</summary>
    private static readonly string[] DrawsPlaces = ["random", "p2c"];

    [Theory]
    [MemberData(nameof(PolicyNames.RouterSpecs), MemberType = typeof(PolicyNames))]
    public void The_index_is_in_range_and_the_score_of_the_chosen_is_the_least(string spec)
    {
        var router = Create(spec);
        var rng = new Rng(1);
        for (var id = 0; id < 500; id++)
        {
            var candidates = Random(rng, 1 + rng.NextInt32(9));
            var scores = new double[candidates.Length];
            Array.Fill(scores, double.MinValue);
            var request = GivenRoute.Route(id, 1 + rng.NextInt32(5000), 1 + rng.NextInt32(3));
            var decision = router.Choose(request, candidates, scores);

            Assert.Equal(RouteKind.Route, decision.Kind);
            Assert.InRange(decision.Index, 0, candidates.Length - 1);
            Assert.NotEmpty(decision.Reason);
            Assert.DoesNotContain(double.MinValue, scores);
            Assert.Equal(scores.Where(static score => !double.IsNaN(score)).Min(), scores[decision.Index]);
            Assert.True(double.IsFinite(scores[decision.Index]));
            router.Dispatched(request, candidates[decision.Index]);
            router.FirstToken(request.Request, candidates[decision.Index].Replica, TimeSpan.FromSeconds(id));
            router.Ended(new RequestRecord(
                id, default, default, default, default, 10, 0, 5, 0, candidates[decision.Index].Replica, null, Outcome.Completed));
        }
    }

    [Theory]
    [MemberData(nameof(PolicyNames.RouterSpecs), MemberType = typeof(PolicyNames))]
    public void A_single_candidate_is_chosen(string spec)
    {
        var router = Create(spec);
        Assert.All(GivenRoute.Chosen(router, 20, GivenRoute.Unknown(7)), static replica => Assert.Equal(7, replica));
        Assert.All(GivenRoute.Chosen(router, 20, GivenRoute.Idle(5)), static replica => Assert.Equal(5, replica));
    }

    [Theory]
    [MemberData(nameof(PolicyNames.RouterSpecs), MemberType = typeof(PolicyNames))]
    public void Asking_for_scores_does_not_change_the_decision_and_neither_does_asking_again(string spec)
    {
        var (with, without) = (Create(spec), Create(spec));
        var rng = new Rng(2);
        for (var id = 0; id < 200; id++)
        {
            var candidates = Random(rng, 6);
            var request = GivenRoute.Route(id, 1 + rng.NextInt32(5000), 1 + rng.NextInt32(3));

            Assert.Equal(without.Choose(request, candidates, default), with.Choose(request, candidates, new double[6]));
        }
    }

    [Theory]
    [MemberData(nameof(PolicyNames.RouterSpecs), MemberType = typeof(PolicyNames))]
    public void Permuting_the_candidates_permutes_the_answer(string spec)
    {
        if (DrawsPlaces.Contains(PolicySpec.Parse(spec).Name, StringComparer.Ordinal))
        {
            return;
        }

        var (straight, shuffled) = (Create(spec), Create(spec));
        var rng = new Rng(3);
        for (var id = 0; id < 300; id++)
        {
            // Every other time all are equal, so that only the tie-break decides.
            var candidates = id % 2 == 0 ? Random(rng, 6) : [.. Enumerable.Range(0, 6).Select(GivenRoute.Idle)];
            var permuted = candidates.OrderBy(_ => rng.NextUInt64()).ToArray();
            var request = GivenRoute.Route(id);

            Assert.Equal(
                candidates[straight.Choose(request, candidates, default).Index].Replica,
                permuted[shuffled.Choose(request, permuted, default).Index].Replica);
        }
    }

    /// <summary>Within five standard deviations of a half.</summary>
    [Theory]
    [MemberData(nameof(PolicyNames.RouterSpecs), MemberType = typeof(PolicyNames))]
    public void A_replica_of_which_nothing_is_known_is_not_preferred_to_one_known_to_be_idle(string spec)
    {
        const int requests = 1000;
        var unknown = GivenRoute.Chosen(Create(spec), requests, GivenRoute.Idle(0), GivenRoute.Unknown(1)).Count(static replica => replica == 1);
        Assert.InRange(unknown, 0, (requests / 2) + (2.5 * Math.Sqrt(requests)));
    }

    /// <summary>Chi-square with 7 degrees of freedom: above 40 once in a million. Whoever takes turns is at 0.</summary>
    [Theory]
    [MemberData(nameof(PolicyNames.RouterSpecs), MemberType = typeof(PolicyNames))]
    public void Equal_replicas_get_equal_shares(string spec)
    {
        const int requests = 4000;
        var candidates = Enumerable.Range(0, 8).Select(GivenRoute.Idle).ToArray();
        var counts = GivenRoute.Chosen(Create(spec), requests, candidates).CountBy(static replica => replica).ToArray();

        Assert.Equal(8, counts.Length);
        Assert.InRange(counts.Sum(static count => Math.Pow(count.Value - (requests / 8.0), 2) / (requests / 8.0)), 0, 40);
    }

    [Theory]
    [MemberData(nameof(PolicyNames.RouterSpecs), MemberType = typeof(PolicyNames))]
    public void Nonsense_in_a_report_does_no_harm(string spec)
    {
        var router = Create(spec);
        var broken = GivenRoute.Idle(0) with
        {
            PrefillTokensPerSecond = 0,
            ReleasedTokensPerSecond = double.NaN,
            MeanOutputTokens = double.PositiveInfinity,
            KvCapacityTokens = 0,
        };
        foreach (var candidates in new[] { [broken], [broken, broken with { Replica = 1 }], new[] { broken, GivenRoute.Idle(1), GivenRoute.Unknown(2) } })
        {
            var scores = new double[candidates.Length];
            var decision = router.Choose(GivenRoute.Route(), candidates, scores);
            Assert.InRange(decision.Index, 0, candidates.Length - 1);
            Assert.True(double.IsFinite(scores[decision.Index]));
        }
    }

    [Theory]
    [MemberData(nameof(PolicyNames.RouterSpecs), MemberType = typeof(PolicyNames))]
    public void The_same_seed_gives_the_same_decisions(string spec)
    {
        var candidates = Enumerable.Range(0, 8).Select(GivenRoute.Idle).ToArray();

        Assert.Equal(GivenRoute.Chosen(Create(spec), 100, candidates), GivenRoute.Chosen(Create(spec), 100, candidates));
    }

    [Theory]
    [MemberData(nameof(PolicyNames.RouterNames), MemberType = typeof(PolicyNames))]
    public void A_decision_allocates_nothing(string name)
    {
        var router = Create(name);
        foreach (var count in new[] { 4, 64 })
        {
            var candidates = Random(new Rng(4), count);
            var scores = new double[count];
            var request = GivenRoute.Route(gateways: 2);
            Decide();
            var before = GC.GetAllocatedBytesForCurrentThread();
            Decide();
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

            void Decide()
            {
                for (var i = 0; i < 50; i++)
                {
                    router.Choose(request, candidates, default);
                    router.Choose(request, candidates, scores);
                }
            }
        }
    }

    /// <summary>
    /// A replica that is worse in everything than one of the others must not change whom the others lose to. Not held to it, because they compare with the fleet:
    /// those that draw or take turns, those with a bound, range, deviation or quantile of the fleet (hash-bounded, llmd, aibrix-prefix, sglang-cache-aware, prequal,
    /// preble), and balance, whose barrier is the fullest. The mixture draws among routers.
    /// </summary>
    [Theory]
    [MemberData(nameof(AbsoluteRouters))]
    public void A_replica_worse_than_another_never_changes_the_choice_among_the_others(string spec)
    {
        var (router, same) = (Create(spec), Create(spec));
        var rng = new Rng(5);
        for (var id = 0; id < 300; id++)
        {
            var candidates = Enumerable.Range(0, 5).Select(replica => Known(replica, rng)).ToArray();
            var worse = candidates[rng.NextInt32(5)];
            worse = worse with
            {
                Replica = 5,
                Running = worse.Running + 5,
                Waiting = worse.Waiting + 5,
                QueuedPrefillTokens = worse.QueuedPrefillTokens + 5000,
                KvTokensInUse = worse.KvTokensInUse + 5000,
                CachedPromptTokens = 0,
                InFlightRequests = worse.InFlightRequests + 5,
                InFlightPromptTokens = worse.InFlightPromptTokens + 5000,
                InFlightPrefillTokens = worse.InFlightPrefillTokens + 5000,
            };
            var request = GivenRoute.Route(id);

            Assert.Equal(router.Choose(request, candidates, default), same.Choose(request, [.. candidates, worse], default));
        }
    }

    /// <summary>Routers whose score of a replica does not depend on the others.</summary>
    public static TheoryData<string> AbsoluteRouters =>
        ["least-requests", "least-tokens", "session", "lmetric", "llumnix", "dynamo", "ray-prefix", "block", "prefix-affinity", "sal", "sal:form=time", "sal:form=weight-free"];

    [Theory]
    [MemberData(nameof(PolicyNames.RouterSpecs), MemberType = typeof(PolicyNames))]
    public void Requests_with_prefixes_sessions_and_priorities_are_sent_to_a_candidate(string spec)
    {
        var router = Create(spec);
        var rng = new Rng(6);
        for (var id = 0; id < 400; id++)
        {
            // Replicas come, go and restart; each is a candidate under its own number.
            var candidates = Enumerable.Range(0, 12).Where(_ => rng.NextInt32(3) > 0).Append(12)
                .Select(replica => GivenRoute.Random(replica, rng) with { Epoch = rng.NextInt32(2), Weight = rng.NextInt32(2) == 0 ? null : 1 + rng.NextInt32(3) })
                .ToArray();
            var request = new RouteRequest(
                new Request(id, TimeSpan.FromSeconds(id), 600, 100)
                {
                    Session = $"s{rng.NextInt32(5)}",
                    Tenant = "t",
                    Priority = rng.NextInt32(3),
                    PrefixHashes = new long[] { rng.NextInt32(4), 100 + id },
                    PrefixUnitTokens = 128,
                },
                TimeSpan.FromSeconds(id),
                Attempt: rng.NextInt32(2));
            var scores = new double[candidates.Length];
            var decision = router.Choose(request, candidates, scores);

            Assert.Equal(RouteKind.Route, decision.Kind);
            Assert.InRange(decision.Index, 0, candidates.Length - 1);
            Assert.True(double.IsFinite(scores[decision.Index]));
            router.Dispatched(request, candidates[decision.Index]);
            router.FirstToken(request.Request, candidates[decision.Index].Replica, TimeSpan.FromSeconds(id + rng.NextDouble()));
            router.Ended(new RequestRecord(
                id, TimeSpan.FromSeconds(id), default, TimeSpan.FromSeconds(id + 1), TimeSpan.FromSeconds(id + 3), 600, 0, 5, 0, candidates[decision.Index].Replica, null, Outcome.Completed));
        }
    }

    [Theory]
    [MemberData(nameof(PolicyNames.RouterNames), MemberType = typeof(PolicyNames))]
    public void A_life_of_a_request_allocates_nothing(string name)
    {
        var router = Create(name);
        var candidates = Random(new Rng(4), 8);
        var requests = Enumerable.Range(0, 64).Select(id => GivenRoute.Route(id)).ToArray();
        Live();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Live();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Live()
        {
            foreach (var request in requests)
            {
                var index = router.Choose(request, candidates, default).Index;
                router.Dispatched(request, candidates[index]);
                router.FirstToken(request.Request, candidates[index].Replica, TimeSpan.FromSeconds(1));
                router.Ended(new RequestRecord(
                    request.Request.Id, default, default, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3), 10, 0, 5, 0, candidates[index].Replica, null, Outcome.Completed));
            }
        }
    }

    [Theory]
    [MemberData(nameof(PolicyNames.RefusedRouterSpecs), MemberType = typeof(PolicyNames))]
    public void A_bad_option_is_refused_in_one_sentence_that_names_it(string spec)
    {
        var parsed = PolicySpec.Parse(spec);
        var message = Assert.Throws<PolicyException>(() => PolicyNames.Routers.Validate(parsed)).Message;

        Assert.Contains(parsed.Options[0].Key, message, StringComparison.Ordinal);
        Assert.EndsWith(".", message, StringComparison.Ordinal);
    }

    private static IRouter Create(string spec) => PolicyNames.Routers.Create(PolicySpec.Parse(spec), new Rng(11), new RouterSeed(11));

    /// <summary>A replica of which all is known, alike in capacity and rates.</summary>
    private static ReplicaView Known(int replica, Rng rng) => GivenRoute.Idle(replica) with
    {
        Running = rng.NextInt32(30),
        Waiting = rng.NextInt32(10),
        QueuedPrefillTokens = rng.NextInt32(20_000),
        KvTokensInUse = rng.NextInt32(90_000),
        CachedPromptTokens = rng.NextInt32(900),
        InFlightRequests = rng.NextInt32(40),
        InFlightPromptTokens = rng.NextInt32(40_000),
        InFlightPrefillTokens = rng.NextInt32(20_000),
    };

    private static ReplicaView[] Random(Rng rng, int count) => [.. Enumerable.Range(0, count).Select(replica => GivenRoute.Random(replica, rng))];
}
