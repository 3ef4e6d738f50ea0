using HalfFull.Engine;
using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>
/// <c>larry:order=promised</c>: the smallest cost first, but who is due goes before. The bound of docs/larry.md, in work: with Q waiting when it arrived and b its slack, what is admitted while a
/// request waits is at most Q + b + (largest slack - smallest) + largest cost + what one step admits.
/// </summary>
public sealed class PromisedOrderTests
{
    /// <summary>Costs are 819,200 tokens/s: 2 takes 0.98 ms, 3 to 6 0.078 ms each. With a slack of 0.2 ms, 2 is due once three of them have gone before it, and not after two.</summary>
    [Fact]
    public void The_smallest_goes_first_until_the_promise_to_a_large_one_is_due()
    {
        var engine = Start(new Larry.Options { Slack = 2e-4, SlackQueue = 0, SlackOwn = 0 }, Given.Limits(seats: 1, budget: 8192));
        engine.Submit(Given.Request(id: 1, prompt: 64), output: 3);
        Assert.Equal("1:64", engine.Step());
        engine.Submit(Given.Request(id: 2, prompt: 800), output: 1);
        for (var id = 3; id <= 6; id++)
        {
            engine.Submit(Given.Request(id: id, prompt: 64), output: 1);
        }

        engine.RunToEnd();
        Assert.Equal([1L, 3L, 4L, 5L, 2L, 6L], engine.FirstTokens);
    }

    [Fact]
    public void Nobody_waits_for_more_work_than_the_bound()
    {
        for (var seed = 0UL; seed < 16; seed++)
        {
            var rng = new Rng(seed);
            var options = new Larry.Options
            {
                Order = Larry.Ordering.Promised,
                Slack = rng.NextInt32(3) switch { 0 => 0, 1 => 0.02, _ => 0.3 },
                SlackQueue = rng.NextInt32(3) * 0.3,
                SlackOwn = rng.NextInt32(3) * 2,
                Yield = rng.NextInt32(4) > 0,
                Gate = (Larry.GateRule)rng.NextInt32(4),
                Fair = seed % 3 == 1,
                Priority = (Larry.PriorityRule)(seed % 2),
            };
            var excess = WorstExcess(options, options, rng, out var overtakings);
            Assert.InRange(excess, double.NegativeInfinity, 1e-9);
            Assert.True(overtakings > 0, "The adversary overtook nobody, so that the bound was not tried.");
        }
    }

    /// <summary>The same adversary against promises that are never due: the check can fail.</summary>
    [Fact]
    public void The_adversary_breaks_an_order_without_promises()
    {
        var claimed = new Larry.Options { Order = Larry.Ordering.Promised, Slack = 0.02, SlackQueue = 0, SlackOwn = 0 };
        Assert.True(WorstExcess(claimed with { Slack = 1e6 }, claimed, new Rng(1), out _) > 0.5);
    }

    /// <summary>1 has all blocks; 2 finds nothing waiting and is due at once. 3 is smaller. When 2 loses its blocks before its first token it is due still.</summary>
    [Fact]
    public void Who_loses_its_blocks_keeps_its_promise()
    {
        var engine = Start(new Larry.Options { Gate = Larry.GateRule.PerChunk, Slack = 0, SlackQueue = 0, SlackOwn = 0 }, Given.Limits(blocks: 8, budget: 33));
        engine.Submit(Given.Request(id: 1, prompt: 32), output: 30);
        var second = engine.Submit(Given.Request(id: 2, prompt: 120), output: 1);
        for (var step = 0; step < 40 && second.Preemptions == 0; step++)
        {
            engine.Step();
        }

        Assert.Equal((1, 0), (second.Preemptions, second.OutputTokens));
        engine.Submit(Given.Request(id: 3, prompt: 16), output: 1);
        engine.RunToEnd();
        Assert.Equal([1L, 2L, 3L], engine.FirstTokens);
    }

    private static Given.DrivenEngine Start(Larry.Options options, EngineLimits limits) =>
        Given.Engine((_, rates) => new Larry(options with { Order = Larry.Ordering.Promised }, rates), limits);

    /// <summary>
    /// Plays 6 s at about three times what the engine can do: a few long prompts now and then, short ones in every step, and some that give up. Returns by how many seconds of work the worst wait
    /// was longer than <paramref name="claimed"/> allows, negative when none was.
    /// </summary>
    private static double WorstExcess(Larry.Options options, Larry.Options claimed, Rng rng, out int overtakings)
    {
        var engine = Start(options, Given.Limits(blocks: 400, budget: 128, seats: 4));
        var promises = ((LarryOrder)engine.Scheduler.Order).Promises;
        var waiting = new Dictionary<Sequence, Wait>();
        var waits = new List<(double Work, double Found, double Slack)>();
        var (arrived, done, mostCost, mostInStep) = (0.0, 0.0, 0.0, 0.0);
        var id = 0;
        overtakings = 0;
        for (var step = 0; step < 600; step++)
        {
            if (step % 150 < 3)
            {
                Submit(1 + rng.NextInt32(4000));
            }

            Submit(1 + rng.NextInt32(rng.NextInt32(10) == 0 ? 1000 : 60));
            Submit(1 + rng.NextInt32(60));
            if (step % 20 == 19)
            {
                var (leaver, wait) = waiting.MinBy(static pair => pair.Value.Id);
                engine.Replica.Abort(leaver, engine.Now);
                waiting.Remove(leaver);
                done += wait.Cost;
            }

            engine.Step();
            var before = done;
            foreach (var sequence in engine.Replica.Plan.Scheduled)
            {
                if (sequence.AdmittedInPlan && waiting.Remove(sequence, out var wait))
                {
                    waits.Add((done - wait.Done, wait.Found, wait.Slack));
                    done += wait.Cost;
                    overtakings += waiting.Count(other => other.Value.Id < wait.Id);
                }
            }

            mostInStep = Math.Max(mostInStep, done - before);
        }

        var spread = waits.Max(static wait => wait.Slack) - waits.Min(static wait => wait.Slack);
        var limit = spread + mostCost + mostInStep;

        // Those who wait still have waited for this much at least.
        waits.AddRange(waiting.Values.Select(wait => (done - wait.Done, wait.Found, wait.Slack)));
        return waits.Max(wait => wait.Work - (wait.Found + wait.Slack + limit));

        void Submit(int prompt)
        {
            var request = new Request(id++, engine.Now, prompt, 50)
            {
                PredictedOutputTokens = 3,
                Tenant = rng.NextInt32(3) == 0 ? "a" : "b",
                Priority = rng.NextInt32(3) - 1,
            };
            var sequence = engine.Submit(request, output: 1 + rng.NextInt32(5));
            var (cost, found) = (promises.CostOf(sequence), arrived - done);
            waiting.Add(sequence, new Wait(id, cost, done, found, Math.Max(claimed.Slack, claimed.SlackQueue * found) + (claimed.SlackOwn * cost)));
            arrived += cost;
            mostCost = Math.Max(mostCost, cost);
        }
    }

    private sealed record Wait(int Id, double Cost, double Done, double Found, double Slack);
}
