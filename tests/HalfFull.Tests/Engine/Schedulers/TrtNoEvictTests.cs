using HalfFull.Engine;
using HalfFull.Engine.Schedulers;
using HalfFull.Policies;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of TensorRT-LLM with GUARANTEED_NO_EVICT.</summary>
public sealed class TrtNoEvictTests
{
    [Fact]
    public void Admits_only_who_can_run_to_its_limit_beside_the_others()
    {
        var engine = Start(Given.Limits(blocks: 10));
        engine.Submit(Given.Request(id: 1, prompt: 16, max: 81), output: 2);
        engine.Submit(Given.Request(id: 2, prompt: 16, max: 65), output: 2);
        engine.Submit(Given.Request(id: 3, prompt: 16, max: 1), output: 1);

        // 1 may need six blocks and 2 five: 2 blocks the queue, though one block is in use.
        Assert.Equal("1:16", engine.Step());
        Assert.Equal(16, engine.Replica.KvTokensInUse);
        Assert.Equal("1:1", engine.Step());
        Assert.Equal("2:16 3:16", engine.Step());
    }

    [Fact]
    public void Cuts_prompts_by_units()
    {
        var engine = Start(Given.Limits(budget: 40));
        engine.Submit(Given.Request(id: 1, prompt: 30), output: 4);
        engine.Submit(Given.Request(id: 2, prompt: 60), output: 2);

        Assert.Equal("1:30", engine.Step());
        Assert.Equal("1:1 2:32", engine.Step());
        Assert.Equal("1:1 2:28", engine.Step());
    }

    [Fact]
    public void A_request_waits_for_a_prefix_that_is_being_computed_and_others_pass()
    {
        var engine = Start();
        engine.Submit(Given.Request(id: 1, prompt: 40, hashes: [7, 8]), output: 3);
        engine.Submit(Given.Request(id: 2, prompt: 40, hashes: [7, 9]), output: 3);
        engine.Submit(Given.Request(id: 3, prompt: 40, hashes: [6]), output: 3);

        Assert.Equal("1:40 3:40", engine.Step());
        Assert.Equal("1:1 3:1 2:24", engine.Step());
    }

    [Fact]
    public void A_unit_above_the_budget_is_refused() =>
        Assert.Throws<PolicyException>(() => Start(Given.Limits(budget: 10), new TrtNoEvict.Options { ChunkUnit = 11 }));

    private static Given.DrivenEngine Start(EngineLimits? limits = null, TrtNoEvict.Options? options = null) =>
        Given.Engine((own, _) => new TrtNoEvict(options ?? new TrtNoEvict.Options(), own), limits ?? Given.Limits());
}
