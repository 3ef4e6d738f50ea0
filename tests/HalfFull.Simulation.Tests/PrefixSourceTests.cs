using HalfFull.Simulation.Workloads;

namespace HalfFull.Simulation.Tests;

/// <summary>Prefix hits of the caches against those of an index of what was sent.</summary>
public sealed class PrefixSourceTests
{
    [Fact]
    public void With_memory_for_all_and_requests_one_after_another_the_index_decides_as_the_caches_do()
    {
        var setup = Setup(blocks: 100_000);
        var exact = Given.Run(setup, Jobs(gap: 10));
        var index = Given.Run(setup with { PrefixHits = PrefixSource.Index }, Jobs(gap: 10));

        exact.AssertSameAs(index, "exact, index");
        Assert.True(exact.Records.Sum(static record => record.CachedTokens) > 100_000);
    }

    /// <summary>The index does not see evictions, nor that what was just sent is not computed yet: it decides otherwise, and still finds most.</summary>
    [Fact]
    public void With_little_memory_the_index_over_reads()
    {
        var exact = Given.Run(Setup(blocks: 60), Jobs(gap: 0.05));
        var index = Given.Run(Setup(blocks: 60) with { PrefixHits = PrefixSource.Index }, Jobs(gap: 0.05));

        Assert.NotEqual(exact.Result.DecisionHash, index.Result.DecisionHash);
        Assert.True(index.Records.Sum(static record => record.CachedTokens) > 0);
    }

    private static SimulationSetup Setup(int blocks)
    {
        var replica = Given.Replica(Given.Limits(blocks: blocks), Given.LinearStep);
        return Given.Setup("vllm", "lmetric", replica, replica, replica);
    }

    /// <summary>Conversations whose turns bring back all before.</summary>
    private static IEnumerable<Job> Jobs(double gap)
    {
        var rng = new Rng(3);
        var turns = new int[12];
        for (var id = 0; id < 400; id++)
        {
            var conversation = rng.NextInt32(turns.Length);
            var units = 1 + (++turns[conversation] % 40);
            var hashes = Enumerable.Range(0, units).Select(unit => (conversation * 1000L) + unit).ToArray();
            yield return Given.Job(id, id * gap, prompt: (units * 16) + 5, output: 3, hashes: hashes);
        }
    }
}
