using HalfFull.Policies;
using HalfFull.Queueing;
using HalfFull.Routing;
using HalfFull.Scheduling;

namespace HalfFull.Tests.Queueing.Queues;

/// <summary>The orders of one line.</summary>
public sealed class PlainQueuesTests
{
    [Theory]
    [InlineData("fcfs", new long[] { 1, 2, 3, 4 })]
    [InlineData("none", new long[] { 1, 2, 3, 4 })]
    [InlineData("sjf", new long[] { 3, 4, 2, 1 })]
    [InlineData("priority", new long[] { 4, 2, 1, 3 })]
    [InlineData("priority:age=1s", new long[] { 1, 2, 4, 3 })]
    [InlineData("priority:age=off", new long[] { 4, 2, 1, 3 })]
    [InlineData("edf", new long[] { 2, 3, 1, 4 })]
    [InlineData("edf:otherwise=7s", new long[] { 1, 2, 4, 3 })]
    public void Requests_go_in_order(string spec, long[] expected)
    {
        var front = new FrontScheduler(PolicySpec.Parse("sal"), PolicySpec.Parse(spec), 1, new FrontLimits(), new TenantWeights());
        front.Join(default, Given.Request(1, prompt: 900, arrival: 0), 0);
        front.Join(default, Given.Request(2, prompt: 500, arrival: 2) with { Priority = 1, Deadline = TimeSpan.FromSeconds(8) }, 0);
        front.Join(default, Given.Request(3, prompt: 10, arrival: 5) with { Deadline = TimeSpan.FromSeconds(50), Priority = -1 }, 0);
        front.Join(default, Given.Request(4, prompt: 20, arrival: 6) with { Priority = 5 }, 0);
        FrontReplica[] idle = [new FrontReplica(new ReplicaView { Replica = 0 }, 0, 0, IsReported: true)];

        Assert.Equal(expected, Enumerable.Range(0, 4).Select(_ => front.Next(TimeSpan.FromSeconds(7), 0, idle).Request!.Id));
    }

    [Fact]
    public void Ageing_by_no_time_at_all_is_refused() =>
        Assert.Contains("age", Assert.Throws<PolicyException>(() => Contracts.QueueContract.Create("priority:age=0s")).Message, StringComparison.Ordinal);
}
