using HalfFull.Engine;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Prediction;

namespace HalfFull.Tests.Contracts;

/// <summary>The edge cases that every scheduler must live through, whatever it prefers.</summary>
public sealed class EdgeCaseContract
{
    public static TheoryData<string> Engines => [.. PolicyNames.Engines.Entries.Select(static entry => entry.Name), .. PolicyNames.Engines.Bundles.Select(static bundle => bundle.Name)];

    [Theory]
    [MemberData(nameof(Engines))]
    public void One_token_of_output_ends_with_the_prefill(string name)
    {
        var engine = Start(name, Given.Limits());
        engine.Submit(Given.Request(id: 1, prompt: 10, max: 1, predicted: 1), output: 1);
        engine.RunToEnd(100);
        Assert.Equal((1, Outcome.Completed), (engine.Records[0].OutputTokens, engine.Records[0].Outcome));
        Assert.Equal(engine.Records[0].FirstToken, engine.Records[0].Finish);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_prompt_as_large_as_the_pool_runs_and_stops_at_the_wall(string name)
    {
        var engine = Start(name, Given.Limits(blocks: 10, budget: 50));
        engine.Submit(Given.Request(id: 1, prompt: 160, max: 100, predicted: 100), output: 100);
        engine.Submit(Given.Request(id: 2, prompt: 150, max: 100, predicted: 100), output: 100);
        engine.RunToEnd(5000);
        Assert.Equal([(1L, 1), (2L, 11)], engine.Records.Select(static record => (record.Id, record.OutputTokens)).Order());
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_request_larger_than_the_pool_is_refused_at_the_door(string name)
    {
        var engine = Start(name, Given.Limits(blocks: 10));
        Assert.Throws<ArgumentException>(() => engine.Submit(Given.Request(prompt: 161)));
        Assert.False(engine.Replica.HasWork);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_wholly_cached_prompt_still_computes_a_token(string name)
    {
        var engine = Start(name, Given.Limits());
        engine.Submit(Given.Request(id: 1, prompt: 64, max: 5, hashes: [1, 2, 3, 4], predicted: 2), output: 2);
        engine.RunToEnd(100);
        engine.Submit(Given.Request(id: 2, prompt: 64, max: 5, hashes: [1, 2, 3, 4], predicted: 2, arrival: engine.Now.TotalSeconds), output: 2);
        engine.RunToEnd(200);
        Assert.Equal(48, engine.Records[1].CachedTokens);
    }

    /// <summary>While it waits, in its prefill, while it decodes; and twice, which is once.</summary>
    [Theory]
    [MemberData(nameof(Engines))]
    public void An_abort_at_any_time_leaves_nothing_behind(string name)
    {
        for (var after = 0; after < 8; after++)
        {
            var engine = Start(name, Given.Limits(blocks: 20, budget: 40, seats: 2));
            var sequences = Enumerable.Range(1, 5)
                .Select(id => engine.Submit(Given.Request(id: id, prompt: 100, max: 60, predicted: 50, tenant: $"t{id % 2}") with { Program = "p" }, output: 50)).ToList();
            for (var i = 0; i < after; i++)
            {
                engine.Step();
            }

            foreach (var sequence in sequences.Where(static (_, i) => i % 2 == 0))
            {
                engine.Replica.Abort(sequence, engine.Now);
                engine.Replica.Abort(sequence, engine.Now);
            }

            engine.RunToEnd(20_000);
            Assert.Equal(2, engine.Records.Count(static record => record.Outcome == Outcome.Completed));
            Assert.Equal(3, engine.Records.Count(static record => record.Outcome == Outcome.Failed));
            Assert.Equal((0L, 0L, 0L), (engine.Replica.KvTokensInUse, engine.Replica.QueuedPrefillTokens, engine.Replica.KvTokensQueued));
        }
    }

    /// <summary>Equal in everything that a rule could prefer, requests go by arrival.</summary>
    [Theory]
    [MemberData(nameof(Engines))]
    public void Equal_requests_go_by_arrival(string name)
    {
        var engine = Start(name, Given.Limits(seats: 2, budget: 64));
        for (var id = 0; id < 8; id++)
        {
            engine.Submit(Given.Request(id: id, prompt: 30, max: 20, predicted: 4, arrival: 0.001 * id), output: 4);
        }

        engine.RunToEnd(5000);
        Assert.Equal(Enumerable.Range(0, 8).Select(static id => (long)id), engine.FirstTokens);
    }

    /// <summary>A missing, absurd or wrong prediction does no harm.</summary>
    [Theory]
    [MemberData(nameof(Engines))]
    public void Wrong_predictions_lose_nobody(string name)
    {
        int?[] predictions = [null, 0, -5, 1, int.MaxValue, 3];
        var engine = Start(name, Given.Limits(blocks: 30, budget: 64, seats: 3));
        for (var id = 0; id < predictions.Length; id++)
        {
            engine.Submit(Given.Request(id: id, prompt: 50, max: 60, predicted: predictions[id]), output: 40);
        }

        engine.RunToEnd(20_000);
        Assert.All(engine.Records, static record => Assert.Equal((40, Outcome.Completed), (record.OutputTokens, record.Outcome)));
        Assert.Equal(predictions.Length, engine.Records.Count);
    }

    /// <summary>With memory and seats for all, whoever preempts for memory does not; s3 outgrows its own reservations.</summary>
    [Theory]
    [MemberData(nameof(Engines))]
    public void Without_want_of_memory_or_seats_nobody_is_preempted(string name)
    {
        var engine = Start(name, Given.Limits(blocks: 100_000, budget: 512));
        for (var id = 0; id < 30; id++)
        {
            engine.Submit(Given.Request(id: id, prompt: 1 + (id * 37 % 400), max: 200, predicted: 60, tenant: $"t{id % 3}"), output: 1 + (id * 13 % 60));
        }

        engine.RunToEnd(20_000);
        Assert.Equal(0, engine.Replica.Preemptions);
    }

    private static Given.DrivenEngine Start(string name, EngineLimits limits) => Given.Engine(
        (given, rates) => PolicyNames.Engines.Create(PolicySpec.Parse(name), given, rates, new Rng(1), Given.UnitStep, NoPredictor.Instance), limits);
}
