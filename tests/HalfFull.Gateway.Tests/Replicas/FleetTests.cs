using HalfFull.Engine;
using HalfFull.Engine.StepTime;
using HalfFull.Gateway.Replicas;

namespace HalfFull.Gateway.Tests.Replicas;

/// <summary>Router, queue and learning together, before real engine cores in virtual time.</summary>
public sealed class FleetTests
{
    // 2,048 tokens in 5 + 164 ms, and up to 13 ms for decodes beside them: 11,250 to 12,120 tokens a second.
    private static readonly LinearStepTime Step = new(5000, 80, 50, 0.01);

    /// <summary>3,000 requests in three seconds, of which each replica can do 60 a second.</summary>
    [Theory]
    [InlineData("larry", "larry", true)]
    [InlineData("larry", "vllm", false)]
    [InlineData("fcfs", "sglang", true)]
    public void Equal_replicas_get_equal_shares_of_a_burst(string queue, string engine, bool reports)
    {
        using var fleet = Play("sal", queue, engine, replicas: 2, requests: 3000, perSecond: 1000, meanPrompt: 200, reports);
        Assert.InRange(fleet.Shares[0], 1500 * 0.95, 1500 * 1.05);
        Assert.InRange(fleet.TokenShares[0] / (double)fleet.TokenShares[1], 0.97, 1.03);
    }

    /// <summary>
    /// What is learned is the engine's own rate, whoever keeps the queue and in whatever order the engine works. A request's prompt and those sent before it, over its delay,
    /// would give two thirds more before an engine that takes short prompts first, and a larger rate to the longer queue.
    /// </summary>
    [Theory]
    [InlineData("larry", "larry", true)]
    [InlineData("larry", "vllm", false)]
    [InlineData("none", "larry", true)]
    [InlineData("none", "vllm", false)]
    public void The_prefill_rate_that_is_learned_is_the_engines(string queue, string engine, bool reports)
    {
        using var fleet = Play("round-robin", queue, engine, replicas: 2, requests: 1500, perSecond: 100, meanPrompt: 600, reports);
        Assert.All(fleet.Replicas, replica => Assert.InRange(replica.Rates.PrefillTokensPerSecond!.Value, 10_500, 13_000));
    }

    /// <summary>Answers that show no first token: what the engines say of themselves is all that there is. Kept busy, that is nearly their rate, up to one prompt in some seconds.</summary>
    [Theory]
    [InlineData("larry", "larry", 100, 600)]
    [InlineData("larry", "vllm", 100, 600)]
    [InlineData("none", "vllm", 100, 600)]
    [InlineData("larry", "vllm", 30, 3000)]
    public void Without_streams_the_prefill_rate_is_learned_from_reports(string queue, string engine, double perSecond, int meanPrompt)
    {
        using var fleet = Play("round-robin", queue, engine, replicas: 2, requests: 1500, perSecond, meanPrompt, streams: false);
        Assert.All(fleet.Replicas, replica => Assert.InRange(replica.Rates.PrefillTokensPerSecond!.Value, 9_000, 14_000));
    }

    /// <summary>A step that decodes ten sequences beside a chunk takes 5 to 169 ms; below capacity most have no chunk.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_duration_of_steps_is_learned_from_streams_and_without_them_from_reports(bool streams)
    {
        using var fleet = Play("sal", "larry", "vllm", replicas: 2, requests: 300, perSecond: 2, meanPrompt: 20, streams: streams);
        Assert.All(fleet.Replicas, replica => Assert.InRange(LoadEstimate.View(replica, fleet.End).SecondsPerStep!.Value, 0.005, 0.008));
    }

    /// <summary>Twice what the fleet can do for fifty seconds, in front of first-come engines: the front alone decides who goes first.</summary>
    [Fact]
    public void Under_overload_larry_and_sal_let_short_requests_overtake_and_lose_no_throughput()
    {
        using var ours = Play("sal", "larry", "vllm", replicas: 3, requests: 1500, perSecond: 30, meanPrompt: 3000);
        using var plain = Play("round-robin", "fcfs", "vllm", replicas: 3, requests: 1500, perSecond: 30, meanPrompt: 3000);
        Assert.Equal(1500, ours.Ttft.Count);
        Assert.True(Mean(ours) < 0.4 * Mean(plain), $"{Mean(ours)} s and {Mean(plain)} s.");
        Assert.True(ours.Ttft.Values.Max() < 1.5 * plain.Ttft.Values.Max());
        Assert.InRange(ours.End / plain.End, 0.98, 1.02);
        Assert.Equal((0, 0), (ours.Pool.Queue.OvertakingViolations, ours.Pool.Queue.WaitViolations));
        Assert.Equal((0, 0), (plain.Pool.Queue.OvertakingViolations, plain.Pool.Queue.WaitViolations));
    }

    [Fact]
    public void Below_capacity_nobody_waits_much_and_nothing_is_left()
    {
        using var fleet = Play("sal", "larry", "vllm", replicas: 3, requests: 500, perSecond: 4, meanPrompt: 1000);
        Assert.Equal(500, fleet.Ttft.Count);
        Assert.True(fleet.Pool.Queue.WaitSum / 500 < 0.02);
        Assert.All(fleet.Replicas, replica => Assert.True(replica.Account.IsEmpty));
    }

    private static double Mean(VirtualFleet fleet) => fleet.Ttft.Values.Average(ttft => ttft.TotalSeconds);

    /// <summary>Exponential prompts, one in twenty ten times as long as the others.</summary>
    private static VirtualFleet Play(
        string router, string queue, string engine, int replicas, int requests, double perSecond, int meanPrompt, bool reports = true, bool streams = true)
    {
        var fleet = new VirtualFleet(router, queue, engine, [.. Enumerable.Repeat(Step, replicas)], new EngineLimits(20_000), reports, streams: streams);
        var rng = new Rng(17);
        var arrival = 0.0;
        for (var id = 0; id < requests; id++)
        {
            arrival += -Math.Log(1 - rng.NextDouble()) / perSecond;
            var tokens = (int)(meanPrompt * 0.5 * -Math.Log(1 - rng.NextDouble())) + (rng.NextInt32(20) == 0 ? meanPrompt * 5 : 16);
            fleet.Arrive(new Request(id, TimeSpan.FromSeconds(arrival), tokens, 16 + rng.NextInt32(100)));
        }

        fleet.Run();
        return fleet;
    }
}
