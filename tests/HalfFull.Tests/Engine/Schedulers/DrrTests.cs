using HalfFull.Engine;
using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of deficit round robin.</summary>
public sealed class DrrTests
{
    [Fact]
    public void Each_tenant_has_its_turn_for_a_quantum()
    {
        // A quantum is 5% of 1,000 blocks of one token: 50.
        var engine = Start(Given.Limits(blocks: 1000, blockSize: 1, seats: 1));
        foreach (var (id, tenant) in new[] { (1, "a"), (2, "a"), (3, "a"), (4, "b"), (5, "b"), (6, "b") })
        {
            Submit(engine, id, tenant, prompt: 30);
        }

        engine.RunToEnd();

        // a: 50 - 30 = 20, one more makes -10; b likewise; then each gets 50 more: 40 - 30.
        Assert.Equal([1L, 2L, 4L, 5L, 3L, 6L], engine.FirstTokens);
    }

    [Fact]
    public void A_debt_of_several_quanta_costs_several_turns()
    {
        var engine = Start(Given.Limits(blocks: 1000, blockSize: 1, seats: 1));
        Submit(engine, 1, "a", prompt: 150);
        Submit(engine, 2, "a", prompt: 10);
        for (var id = 3; id <= 6; id++)
        {
            Submit(engine, id, "b", prompt: 50);
        }

        engine.RunToEnd();

        // a owes 100: at its next two turns a quantum brings it to -50 and to 0, which is not enough; b is served before each and once more.
        Assert.Equal([1L, 3L, 4L, 5L, 2L, 6L], engine.FirstTokens);
    }

    [Fact]
    public void A_tenant_that_memory_stops_keeps_its_turn()
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

    private static void Submit(Given.DrivenEngine engine, long id, string tenant, int prompt) =>
        engine.Submit(Given.Request(id: id, prompt: prompt, max: 10, tenant: tenant), output: 1);

    private static Given.DrivenEngine Start(EngineLimits limits) => Given.Engine(static (own, _) => new Drr(new Drr.Options(), own), limits);
}
