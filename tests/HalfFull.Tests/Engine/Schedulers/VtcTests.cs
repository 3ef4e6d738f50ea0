using HalfFull.Engine;
using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Virtual token counters: hand-worked schedules, and the bound on unfairness.</summary>
public sealed class VtcTests
{
    [Fact]
    public void The_tenant_served_least_goes_first()
    {
        var engine = Start(Given.Limits(seats: 1));
        Submit(engine, 1, "a", prompt: 50);
        Submit(engine, 2, "a", prompt: 10);
        Submit(engine, 3, "b", prompt: 20);
        Submit(engine, 4, "b", prompt: 20);
        Submit(engine, 5, "b", prompt: 20);
        engine.RunToEnd();

        // a 50; b 20, 40, 60; then a is behind again. Nobody decodes: every output is one token.
        Assert.Equal([1L, 3L, 4L, 5L, 2L], engine.FirstTokens);
    }

    [Fact]
    public void Decoded_tokens_are_charged_double()
    {
        var engine = Start(Given.Limits(seats: 1));
        Submit(engine, 1, "a", prompt: 10, output: 6);
        Submit(engine, 2, "b", prompt: 19);
        Submit(engine, 3, "a", prompt: 10);
        Submit(engine, 4, "b", prompt: 10);
        engine.RunToEnd();

        // a: 10 for the prompt and 5 * 2 for the decodes make 20; b: 19.
        Assert.Equal([1L, 2L, 4L, 3L], engine.FirstTokens);
    }

    [Fact]
    public void Idleness_earns_no_credit()
    {
        var engine = Start(Given.Limits(seats: 1));
        for (var id = 1; id <= 10; id++)
        {
            Submit(engine, id, "a", prompt: 100);
        }

        for (var step = 0; step < 5; step++)
        {
            engine.Step();
        }

        // a has been served 500. b is lifted to that: it gets every other turn, not the next five.
        for (var id = 11; id <= 14; id++)
        {
            Submit(engine, id, "b", prompt: 100, arrival: 1);
        }

        engine.RunToEnd();
        Assert.Equal([6L, 11L, 7L, 12L, 8L, 13L, 9L, 14L, 10L], engine.FirstTokens.Skip(5));
    }

    [Fact]
    public void Nobody_passes_the_first_request_of_the_tenant_served_least()
    {
        var engine = Start(Given.Limits(blocks: 100, blockSize: 1));
        engine.Submit(Given.Request(id: 1, prompt: 10, max: 30, tenant: "a"), output: 4);
        engine.Step();
        engine.Submit(Given.Request(id: 2, prompt: 70, max: 20, tenant: "b"), output: 1);
        engine.Submit(Given.Request(id: 3, prompt: 1, max: 1, tenant: "a"), output: 1);

        Assert.Equal("1:1", engine.Step());
        Assert.Equal("1:1", engine.Step());
        Assert.Equal("1:1", engine.Step());
        Assert.Equal("2:70 3:1", engine.Step());
    }

    /// <summary>
    /// The theorem of the paper: while two tenants both have requests waiting, their counters differ by at most U = max(w_in * longest prompt, w_out * KV tokens),
    /// and so the service that they get over any such time by at most 2 U.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Backlogged_tenants_are_served_alike_within_the_bound(ulong seed)
    {
        const int longestPrompt = 90;
        var rng = new Rng(seed);
        var limits = Given.Limits(blocks: 20 + rng.NextInt32(60), budget: 256, seats: 1 + rng.NextInt32(40));
        var engine = Start(limits);
        var scheduler = (Vtc)engine.Scheduler;
        var bound = Math.Max(longestPrompt, 2.0 * limits.KvCapacityTokens);
        var requests = new Request[2];
        var id = 0;
        for (var i = 0; i < 400; i++)
        {
            // b sends requests of another kind, and twice as many.
            requests[0] = Send("a", prompt: 1 + rng.NextInt32(longestPrompt), output: 1 + rng.NextInt32(20));
            requests[1] = Send("b", prompt: 1 + rng.NextInt32(9), output: 1 + rng.NextInt32(90));
            Send("b", prompt: 1 + rng.NextInt32(9), output: 1 + rng.NextInt32(90));
        }

        var most = 0.0;
        var least = 0.0;
        var (a, b) = (scheduler.TenantOf(requests[0]), scheduler.TenantOf(requests[1]));
        var steps = 0;
        for (; scheduler.Waiting(a) > 0 && scheduler.Waiting(b) > 0; steps++)
        {
            engine.Step();
            var gap = scheduler.Counter(a) - scheduler.Counter(b);
            Assert.InRange(gap, -bound, bound);
            most = Math.Max(most, gap);
            least = Math.Min(least, gap);
        }

        Assert.InRange(steps, 300, int.MaxValue);
        Assert.InRange(most - least, 1, 2 * bound);

        Request Send(string tenant, int prompt, int output)
        {
            var request = Given.Request(id: id++, prompt: prompt, max: output + 20, tenant: tenant);
            engine.Submit(request, output);
            return request;
        }
    }

    private static void Submit(Given.DrivenEngine engine, long id, string tenant, int prompt, int output = 1, double arrival = 0) =>
        engine.Submit(Given.Request(id: id, prompt: prompt, max: 100, arrival: arrival, tenant: tenant), output);

    private static Given.DrivenEngine Start(EngineLimits limits) => Given.Engine(static (_, _) => new Vtc(new Vtc.Options()), limits);
}
