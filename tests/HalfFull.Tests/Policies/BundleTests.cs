using HalfFull.Engine;
using HalfFull.Engine.Schedulers;
using HalfFull.Policies;
using HalfFull.Tests.Contracts;

namespace HalfFull.Tests.Policies;

public sealed class BundleTests
{
    [Fact]
    public void The_releases_are_there_with_all_their_limits()
    {
        Assert.Equal(
            ["lightllm@1.0", "llamacpp@b6000", "sglang@0.5", "tgi@3", "trtllm@1.0", "vllm@0.11"], PolicyNames.Engines.Bundles.Select(static bundle => bundle.Name));
        Assert.All(PolicyNames.Engines.Bundles, static bundle => Assert.False(bundle.TokenBudget is null || bundle.MaxSequences is null || bundle.BlockSize is null));
    }

    [Fact]
    public void A_bundle_is_its_policy_with_its_options()
    {
        var spec = PolicySpec.Parse("vllm@0.11");
        Assert.Equal("vllm:full-gate=false with 2,048 tokens a step, 256 sequences, blocks of 16 tokens", PolicyNames.Engines.BundleOf(spec)!.Contents);
        Assert.IsType<Vllm>(PolicyNames.Engines.Create(spec));
        var workload = SmallWorkload.Of(3);
        Assert.Equal(Playback.Run("vllm:full-gate=false", workload).Outcome, Playback.Run("vllm@0.11", workload).Outcome);
    }

    [Fact]
    public void Options_of_the_user_win_over_those_of_the_bundle()
    {
        for (var seed = 0UL; seed < 40; seed++)
        {
            var workload = SmallWorkload.Of(seed);
            Assert.Equal(Playback.Run("vllm:watermark=0.2", workload).Outcome, Playback.Run("vllm@0.11:full-gate=true,watermark=0.2", workload).Outcome);
        }
    }

    [Theory]
    [InlineData("vllm@0.12", "did you mean 'vllm@0.11'?")]
    [InlineData("vllm@0.11:chunk=3", "Policy 'vllm' has no option 'chunk'")]
    public void A_bundle_that_does_not_exist_or_an_option_that_its_policy_lacks_is_refused(string spec, string expected) =>
        Assert.Contains(expected, Assert.Throws<PolicyException>(() => PolicyNames.Engines.Validate(PolicySpec.Parse(spec))).Message, StringComparison.Ordinal);

    [Fact]
    public void Two_bundles_of_one_name_are_refused() =>
        Assert.Contains("'twice@1'", Assert.Throws<PolicyException>(static () => PolicyCatalog<IEngineScheduler>.FromTypes([typeof(Twice)])).Message, StringComparison.Ordinal);

    [Policy("twice", "A policy of a test.")]
    [Bundle("twice@1", "", "One.")]
    [Bundle("twice@1", "", "Two.")]
    private sealed class Twice : IEngineScheduler
    {
        public Twice()
        {
        }

        public void Plan(in EngineSnapshot engine, StepPlan plan)
        {
        }
    }
}
