using System.Collections.Concurrent;
using System.Text.Json;
using HalfFull.Load.Comparing;
using HalfFull.Load.OpenAi;
using HalfFull.Metrics;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Load.Tests.Comparing;

public sealed class AbRunTests
{
    [Fact]
    public async Task Pairs_play_the_same_requests_with_other_texts_until_there_are_enough()
    {
        var bodies = new ConcurrentQueue<string>();
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            bodies.Enqueue(await reader.ReadToEndAsync());
            await ScriptedServer.Stream(ScriptedServer.Token(), ScriptedServer.Finish, ScriptedServer.Done)(context);
        });
        using var first = new OpenAiClient(new HalfFull.Load.OpenAi.Endpoint(server.Url));
        using var second = new OpenAiClient(new HalfFull.Load.OpenAi.Endpoint(server.Url));
        var plan = new AbPlan(Given.Plan(Given.Every(5, requests: 1000)), Given.Ms(20), Precision: 0.0001, MostPairs: 3);
        var seen = new List<int>();
        var result = new AbRun([Given.Target(first), Given.Target(second)], plan).Execute((pair, _) => seen.Add(pair), []);

        Assert.Equal([1, 2, 3], seen);
        Assert.Equal(3, result.Pairs);
        Assert.False(result.IsTight);
        Assert.All(result.Sides, side => Assert.Equal((12L, 12L), (side.Requests, side.Completed)));
        Assert.All(result.Sides, side => Assert.True(side.Makespan >= Given.Ms(55), $"Three blocks of 20 ms took {side.Makespan}."));
        Assert.Equal(24, bodies.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task The_end_of_the_trace_ends_the_comparison()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Stream(ScriptedServer.Token(), ScriptedServer.Finish, ScriptedServer.Done));
        using var client = new OpenAiClient(new HalfFull.Load.OpenAi.Endpoint(server.Url));
        var plan = new AbPlan(Given.Plan(Given.Every(5, requests: 8)), Given.Ms(20), Precision: 0.01, MostPairs: 100);
        Assert.Equal(2, new AbRun([Given.Target(client), Given.Target(client)], plan).Execute((_, _) => { }, []).Pairs);
    }

    [Fact]
    public async Task A_pair_of_closed_loops_goes_on_in_the_trace_where_the_last_one_ended()
    {
        // One in flight, and request i asks for i tokens: what a server is asked for tells the place in the trace.
        ConcurrentQueue<int>[] asked = [new(), new()];
        await using var first = await ScriptedServer.StartAsync(context => AnswerAsync(context, asked[0]));
        await using var second = await ScriptedServer.StartAsync(context => AnswerAsync(context, asked[1]));
        using var firstClient = new OpenAiClient(new HalfFull.Load.OpenAi.Endpoint(first.Url));
        using var secondClient = new OpenAiClient(new HalfFull.Load.OpenAi.Endpoint(second.Url));
        var trace = new FixedWorkload([.. Enumerable.Range(1, 100_000).Select(i => new Job(new Request(i, TimeSpan.Zero, 10, 100_000), i))]);
        var plan = new AbPlan(Given.Plan(trace) with { Concurrency = 1 }, Given.Ms(20), Precision: 0.0001, MostPairs: 3);
        var pairs = new List<int[][]>();
        new AbRun([Given.Target(firstClient), Given.Target(secondClient)], plan).Execute((_, _) => pairs.Add([.. asked.Select(Drained)]), []);

        Assert.Equal(3, pairs.Count);
        var next = 1;
        foreach (var sides in pairs)
        {
            Assert.All(sides, side => Assert.Equal(Enumerable.Range(next, side.Length), side));
            Assert.All(sides, Assert.NotEmpty);
            next += sides.Max(side => side.Length);
        }

        static int[] Drained(ConcurrentQueue<int> side)
        {
            var all = side.ToArray();
            side.Clear();
            return all;
        }

        static async Task AnswerAsync(HttpContext context, ConcurrentQueue<int> asked)
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body);
            asked.Enqueue(body.RootElement.GetProperty("max_tokens").GetInt32());
            await ScriptedServer.Stream(ScriptedServer.Token(), ScriptedServer.Finish, ScriptedServer.Done)(context);
        }
    }

    [Theory]
    [InlineData(16)] // in the first block of the third pair
    [InlineData(20)] // in the second one
    public async Task A_pair_that_is_interrupted_is_in_no_ratio(int answersBefore)
    {
        // The first two pairs are answered at once. Later the server answers after 200 ms, and the run is interrupted.
        using var interrupt = new CancellationTokenSource();
        var served = 0;
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            if (Interlocked.Increment(ref served) > answersBefore)
            {
                await Task.Delay(200, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await interrupt.CancelAsync();
            }

            await ScriptedServer.Stream(ScriptedServer.Token(), ScriptedServer.Finish, ScriptedServer.Done)(context);
        });
        using var client = new OpenAiClient(new HalfFull.Load.OpenAi.Endpoint(server.Url));
        var plan = new AbPlan(Given.Plan(Given.Every(5, requests: 1000)), Given.Ms(20), Precision: 0.0001, MostPairs: 10);
        IReadOnlyList<RatioInterval> afterTwo = [];
        var result = new AbRun([Given.Target(client), Given.Target(client)], plan).Execute((_, ratios) => afterTwo = ratios, [], interrupt.Token);

        Assert.Equal(2, result.Pairs);
        Assert.Equal(afterTwo, result.Ratios);
        Assert.True(result.Sides.Sum(side => side.Requests) > 16, "What was sent after the second pair is still counted.");
    }
}
