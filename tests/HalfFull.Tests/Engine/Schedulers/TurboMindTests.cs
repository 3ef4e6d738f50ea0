using HalfFull.Engine;
using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of TurboMind.</summary>
public sealed class TurboMindTests
{
    [Fact]
    public void Cuts_prefills_by_its_own_limit()
    {
        var engine = Start(options: new TurboMind.Options { PrefillTokens = 50 });
        engine.Submit(Given.Request(id: 1, prompt: 30), output: 4);
        engine.Submit(Given.Request(id: 2, prompt: 80), output: 2);

        Assert.Equal("1:30 2:20", engine.Step());
        Assert.Equal("1:1 2:50", engine.Step());
        Assert.Equal("1:1 2:10", engine.Step());
    }

    [Fact]
    public void Who_gave_way_resumes_from_what_is_still_cached()
    {
        var engine = Start(Given.Limits(blocks: 5));
        engine.Submit(Given.Request(id: 1, prompt: 16), output: 18);
        engine.Submit(Given.Request(id: 2, prompt: 32, arrival: 1, hashes: [7, 8]), output: 30);
        Assert.Equal("1:16 2:32", engine.Step());
        for (var i = 0; i < 16; i++)
        {
            Assert.Equal("1:1 2:1", engine.Step());
        }

        // 1 needs a third block: 2 gives way with 49 known tokens, and its prompt stays cached.
        Assert.Equal("1:1", engine.Step());
        Assert.Equal("2:17", engine.Step());
        Assert.Equal(16, engine.Replica.RecomputedTokens);
    }

    [Fact]
    public void The_second_producer_of_a_prefix_waits_for_the_first()
    {
        var engine = Start();
        engine.Submit(Given.Request(id: 1, prompt: 40, hashes: [7, 8]), output: 3);
        engine.Submit(Given.Request(id: 2, prompt: 40, hashes: [7, 8]), output: 3);

        Assert.Equal("1:40", engine.Step());
        Assert.Equal("1:1 2:8", engine.Step());
    }

    private static Given.DrivenEngine Start(EngineLimits? limits = null, TurboMind.Options? options = null) =>
        Given.Engine((_, _) => new TurboMind(options ?? new TurboMind.Options()), limits ?? Given.Limits());
}
