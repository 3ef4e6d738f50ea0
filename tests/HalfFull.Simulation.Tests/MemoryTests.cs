using HalfFull.Metrics;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Simulation.Tests;

/// <summary>Runs when no other test does: it measures the whole process.</summary>
[Collection(nameof(MemoryTests))]
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public sealed class MemoryTests
{
    private const int Requests = 200_000;
    private const long MostGrowthBytes = 4 << 20;

    [Theory]
    [InlineData("vllm", "least-requests")]
    [InlineData("larry", "sal")]
    public void Live_memory_does_not_grow_with_the_trace(string engine, string router)
    {
        // A record kept for each request would be 100 bytes and more: 15 MB over the part that is measured.
        var setup = Given.Setup(engine, router, Given.RealReplica, Given.RealReplica) with { CheckInvariants = false };
        var sizes = new List<long>();
        var count = new Count();
        Simulator.Run(setup, Measured(Given.PoissonJobs(Requests, rate: 40, prompt: 60, output: 3), sizes), count);

        Assert.Equal(Requests, count.Records);
        Assert.InRange(sizes[^1] - sizes[0], long.MinValue, MostGrowthBytes);
    }

    [Fact]
    public void A_million_chat_requests_stream_without_being_kept()
    {
        var workload = WorkloadCatalog.Open("chat", new WorkloadOptions { Limit = 1_000_000 });
        using var jobs = workload.Jobs().GetEnumerator();
        Assert.True(jobs.MoveNext());
        var early = GC.GetTotalMemory(forceFullCollection: true);
        var count = 1;
        while (jobs.MoveNext())
        {
            count++;
        }

        Assert.Equal(1_000_000, count);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - early, long.MinValue, MostGrowthBytes);
    }

    /// <summary>Takes the size of what lives after a quarter of the jobs, a half, three quarters and all.</summary>
    private static IEnumerable<Job> Measured(IEnumerable<Job> jobs, List<long> sizes)
    {
        var taken = 0;
        foreach (var job in jobs)
        {
            yield return job;
            if (++taken % (Requests / 4) == 0)
            {
                sizes.Add(GC.GetTotalMemory(forceFullCollection: true));
            }
        }
    }

    private sealed class Count : IRecordSink
    {
        internal int Records { get; private set; }

        public void Add(in RequestRecord record) => Records++;
    }
}
