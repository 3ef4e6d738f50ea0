using HalfFull.Engine;
using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>
/// LARRY's bound: whoever is admitted while a request i waits arrived before a_i + max(A, W_i / 2). An adversary keeps sending requests that are better placed.
/// </summary>
public sealed class OvertakingBoundTests
{
    [Fact]
    public void Nobody_is_overtaken_by_a_request_that_came_after_the_bound()
    {
        for (var seed = 0UL; seed < 24; seed++)
        {
            var rng = new Rng(seed);
            var options = new Larry.Options
            {
                A = rng.NextInt32(4) switch { 0 => 0, 1 => 0.2, 2 => 0.7, _ => 3 },
                Target = rng.NextInt32(3) == 0 ? TimeSpan.FromMilliseconds(50 + rng.NextInt32(300)) : null,
                Yield = rng.NextInt32(4) > 0,
                Gate = (Larry.GateRule)rng.NextInt32(4),
                PerWaiting = rng.NextInt32(3),
                Base = rng.NextInt32(100),
                Fair = seed % 3 == 1,
                Priority = (Larry.PriorityRule)(seed % 2),
            };
            Assert.InRange(WorstExcess(options, rng, out var overtakings), TimeSpan.MinValue, TimeSpan.FromMicroseconds(1));
            Assert.True(overtakings > 0 || options.A == 0 || options.PerWaiting == 0, "The adversary overtook nobody, so that the bound was not tried.");
        }
    }

    /// <summary>With strict classes the bound is max(A, half the longest wait in the queue), against those of the same class only.</summary>
    [Fact]
    public void With_strict_priorities_the_bound_holds_within_a_class()
    {
        var between = 0;
        for (var seed = 0UL; seed < 8; seed++)
        {
            var options = new Larry.Options { A = 0.2, Priority = Larry.PriorityRule.Strict, Fair = seed % 2 == 0 };
            Assert.InRange(WorstExcess(options, new Rng(seed), out var overtakings, out var lower), TimeSpan.MinValue, TimeSpan.FromMicroseconds(1));
            Assert.True(overtakings > 0, "The adversary overtook nobody of its class.");
            between += lower;
        }

        Assert.Equal(0, between);
    }

    /// <summary>The same adversary against an order without the bound: the check can fail.</summary>
    [Theory]
    [InlineData(Larry.Ordering.Shortest)]
    [InlineData(Larry.Ordering.Hrrn)]
    public void The_adversary_breaks_orders_that_have_no_bound(Larry.Ordering ordering)
    {
        var excess = WorstExcess(new Larry.Options { A = 0.2, Order = ordering }, new Rng(1), out _);
        Assert.True(excess > TimeSpan.FromMilliseconds(100));
    }

    /// <summary>
    /// Plays 6 s at about three times what the engine can do: a few long prompts early, then short ones in every step. Returns by how much the worst overtaking came too
    /// late to be allowed, negative when none did.
    /// </summary>
    private static TimeSpan WorstExcess(Larry.Options options, Rng rng, out int overtakings) => WorstExcess(options, rng, out overtakings, out _);

    private static TimeSpan WorstExcess(Larry.Options options, Rng rng, out int overtakings, out int inversions)
    {
        var strict = options.Priority == Larry.PriorityRule.Strict;
        inversions = 0;
        var limits = Given.Limits(blocks: 400, budget: 128, seats: 4);
        var engine = Given.Engine((_, rates) => new Larry(options, rates), limits);
        var waiting = new List<Sequence>();
        var worst = TimeSpan.MinValue;
        overtakings = 0;
        for (var step = 0; step < 600; step++)
        {
            if (step % 150 < 3)
            {
                Submit(1 + rng.NextInt32(4000));
            }

            Submit(1 + rng.NextInt32(rng.NextInt32(10) == 0 ? 1000 : 60));
            Submit(1 + rng.NextInt32(60));
            engine.Step();
            foreach (var admitted in engine.Replica.Plan.Scheduled)
            {
                if (!admitted.AdmittedInPlan || admitted.Preemptions > 0)
                {
                    continue;
                }

                waiting.Remove(admitted);
                var longest = waiting.Count == 0 ? TimeSpan.Zero : engine.Now - TimeSpan.FromMilliseconds(10) - waiting.Min(static other => other.Request.Arrival);
                foreach (var other in waiting)
                {
                    // Those admitted by the same plan after it were overtaken too, so they are still in the list here.
                    var later = admitted.Request.Arrival - other.Request.Arrival;
                    if (strict && other.Request.Priority > admitted.Request.Priority && !other.AdmittedInPlan)
                    {
                        inversions++;
                    }

                    if (later > TimeSpan.Zero && (!strict || other.Request.Priority == admitted.Request.Priority))
                    {
                        overtakings++;
                        var waited = strict ? longest : engine.Now - TimeSpan.FromMilliseconds(10) - other.Request.Arrival;
                        var excess = later - (waited / 2 > TimeSpan.FromSeconds(options.A) ? waited / 2 : TimeSpan.FromSeconds(options.A));
                        worst = excess > worst ? excess : worst;
                    }
                }
            }
        }

        return worst;

        void Submit(int prompt)
        {
            // Arrivals spread over the step before.
            var arrival = engine.Now - TimeSpan.FromMicroseconds(rng.NextInt32(10_000));
            var request = new Request(engine.Records.Count + waiting.Count + (engine.Replica.Steps * 1000) + rng.NextInt32(500), arrival, prompt, 50)
            {
                PredictedOutputTokens = 3,
                Tenant = rng.NextInt32(3) == 0 ? "a" : "b",
                Priority = rng.NextInt32(3) - 1,
            };
            waiting.Add(engine.Submit(request, output: 1 + rng.NextInt32(5)));
        }
    }
}
