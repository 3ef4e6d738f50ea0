namespace HalfFull.Simulation.Tests;

/// <summary>What the styles of reservation promise.</summary>
public sealed class ReservationTests
{
    private const ulong Scenarios = 300;

    [Theory]
    [InlineData("orca")]
    [InlineData("orca:max-length=150")]
    [InlineData("static")]
    [InlineData("trt-no-evict")]
    [InlineData("tgi")]
    [InlineData("tgi:chunking=false")]
    public void Who_reserves_for_the_longest_output_never_preempts(string engine)
    {
        for (var seed = 1UL; seed <= Scenarios; seed++)
        {
            var scenario = RandomScenario.Of(seed);
            Assert.Equal(0, Given.Run(scenario.Setup(engine), scenario.Jobs).Result.Preemptions);
        }
    }

    [Theory]
    [InlineData("vllm")]
    [InlineData("vllm-priority")]
    [InlineData("splitfuse")]
    [InlineData("trt-max-util")]
    [InlineData("turbomind")]
    [InlineData("llamacpp-slots:slots=8")]
    [InlineData("sglang:conservativeness=0")]
    public void Who_does_not_preempts_in_tight_memory_and_never_with_plenty(string engine)
    {
        var jobs = Enumerable.Range(0, 24).Select(id => Given.Job(id, arrival: id * 0.02, prompt: 40, output: 90, max: 100)).ToArray();
        var plenty = Given.Run(Given.Setup(engine, "round-robin", Given.Replica(Given.Limits(blocks: 10_000))), jobs);
        var tight = Given.Run(Given.Setup(engine, "round-robin", Given.Replica(Given.Limits(blocks: 24))), jobs);

        Assert.Equal(0, plenty.Result.Preemptions);
        Assert.True(tight.Result.Preemptions > 0);
    }

    [Fact]
    public void With_exact_predictions_and_blocks_of_one_token_mc_sf_never_preempts()
    {
        var rng = new Rng(1);
        var jobs = Enumerable.Range(0, 300).Select(id => Given.Job(id, arrival: id * 0.02, prompt: 1 + rng.NextInt32(60), output: 1 + rng.NextInt32(60))).ToArray();
        var run = Given.Run(Given.Setup("mc-sf", "round-robin", Given.Replica(Given.Limits(blocks: 300, blockSize: 1))), jobs);

        Assert.Equal(0, run.Result.Preemptions);
        Assert.InRange(run.Result.KvUsageMean, 0.7, 1);
    }
}
