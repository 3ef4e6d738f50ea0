using HalfFull.Engine.StepTime;
using HalfFull.Simulation.Fleets;

namespace HalfFull.Simulation.Tests.Fleets;

public sealed class FleetTests
{
    [Fact]
    public void KV_blocks_are_whole_blocks_of_what_fits()
    {
        var fleet = Fleet.Build(FleetSpec.Of("a100", 2), new FleetOptions());

        Assert.Equal(StepModelCatalog.Find("a100", "llama-3-8b", 1).KvCapacityTokens / 16, fleet.Replicas[0].Limits.KvBlocks);
        Assert.Equal(2, fleet.Replicas.Count);
    }

    [Fact]
    public void Given_limits_reach_every_replica()
    {
        var options = new FleetOptions { KvBlocks = 100, BlockSize = 32, TokenBudget = 512, MaxSequences = 8, MaxModelLength = 4000 };

        Assert.All(Fleet.Build(FleetSpec.Parse("a100:1,h100:1", null, "a100"), options).Replicas, replica => Assert.Equal(
            (100, 32, 512, 8, (int?)4000),
            (replica.Limits.KvBlocks, replica.Limits.BlockSize, replica.Limits.TokenBudget, replica.Limits.MaxSequences, replica.Limits.MaxModelLength)));
    }

    [Fact]
    public void Predicted_step_times_are_called_predicted() =>
        Assert.Equal("predicted", Fleet.Build(FleetSpec.Of("a40", 1), new FleetOptions()).StepModels[0].Origin);

    [Fact]
    public void An_original_model_name_becomes_the_canonical_one() => Assert.Equal(
        "llama-3-8b",
        Fleet.Build(FleetSpec.Of("a100", 1), new FleetOptions { Model = "meta-llama/Meta-Llama-3-8B-Instruct" }).Options.Model);
}
