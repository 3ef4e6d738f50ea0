using HalfFull.Load.Plans;

namespace HalfFull.Load.Tests.Plans;

public sealed class RepeatedWorkloadTests
{
    private static readonly FixedWorkload Trace = new(
        [.. Enumerable.Range(0, 3).Select(i => new Job(new Request(i, Given.Ms(100 * i), 100, 100) { PrefixHashes = new long[] { 7, i }, PrefixUnitTokens = 16 }, i + 1))])
    {
        RequestsPerSecond = 10,
    };

    [Fact]
    public void A_trace_begins_anew_a_mean_gap_after_its_end()
    {
        var jobs = new RepeatedWorkload(Trace).Jobs().Take(7).ToArray();
        Assert.Equal([0, 100, 200, 300, 400, 500, 600], jobs.Select(job => job.Request.Arrival.TotalMilliseconds));
        Assert.Equal([0L, 1, 2, 3, 4, 5, 6], jobs.Select(job => job.Request.Id));
        Assert.Equal([1, 2, 3, 1, 2, 3, 1], jobs.Select(job => job.OutputTokens));
    }

    [Fact]
    public void Each_round_has_prefixes_of_its_own_which_its_requests_share()
    {
        var shared = new RepeatedWorkload(Trace).Jobs().Take(9).Select(job => job.Request.PrefixHashes.Span[0]).Chunk(3).ToArray();
        Assert.All(shared, round => Assert.Single(round.Distinct()));
        Assert.Equal(3, shared.Select(round => round[0]).Distinct().Count());
        Assert.Equal(7, shared[0][0]);
    }

    [Fact]
    public void It_starts_where_an_earlier_one_ended()
    {
        var all = new RepeatedWorkload(Trace).Jobs().Take(20).Select(job => (job.Request.Id, job.Request.Arrival, job.OutputTokens)).ToArray();
        var later = new RepeatedWorkload(Trace, from: 5).Jobs().Take(15).Select(job => (job.Request.Id, job.Request.Arrival, job.OutputTokens));
        Assert.Equal(all[5..], later);
    }

    [Fact]
    public void Nothing_repeated_is_nothing() => Assert.Empty(new RepeatedWorkload(new FixedWorkload([])).Jobs());
}
