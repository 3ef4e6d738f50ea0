using HalfFull.Load.Plans;

namespace HalfFull.Load.Tests.Plans;

public sealed class PlannedRequestsTests
{
    [Fact]
    public void Nothing_is_due_after_the_duration()
    {
        var plan = Given.Plan(Given.Every(100, requests: 20)) with { Duration = TimeSpan.FromSeconds(1) };
        Assert.Equal(10, PlannedRequests.Of(plan).Count());
    }

    [Fact]
    public void The_measured_window_goes_by_scheduled_time()
    {
        var plan = Given.Plan(Given.Every(100, requests: 21)) with { WarmUp = Given.Ms(500), CoolDown = Given.Ms(300) };
        var window = MeasuredWindow.Of(plan);
        Assert.False(window.Contains(Given.Ms(499)));
        Assert.True(window.Contains(Given.Ms(500)));
        Assert.True(window.Contains(Given.Ms(1699)));
        Assert.False(window.Contains(Given.Ms(1700)));
    }

    [Fact]
    public void Cancellations_are_drawn_before_the_run_and_within_the_answer()
    {
        var plan = Given.Plan(Given.Every(1, requests: 4000, output: 8)) with { CancelRate = 0.25, SlowReaderRate = 0.1 };
        var requests = PlannedRequests.Of(plan).ToList();
        Assert.Equal(requests, PlannedRequests.Of(plan));
        Assert.All(requests, request => Assert.InRange(request.CancelAfterTokens, 0, 8));
        Assert.InRange(requests.Count(request => request.CancelAfterTokens > 0), 900, 1100);
        Assert.InRange(requests.Count(request => request.IsSlowReader), 320, 480);
    }

    [Fact]
    public void One_more_kind_of_client_does_not_move_the_others()
    {
        var plan = Given.Plan(Given.Every(1, requests: 100)) with { CancelRate = 0.5 };
        Assert.Equal(
            PlannedRequests.Of(plan).Select(request => request.CancelAfterTokens),
            PlannedRequests.Of(plan with { SlowReaderRate = 0.5 }).Select(request => request.CancelAfterTokens));
    }

    [Fact]
    public void A_limit_on_output_tokens_cuts_longer_outputs()
    {
        var workload = new FixedWorkload([new Job(new Request(0, TimeSpan.Zero, 10, MaxOutputTokens: 5), OutputTokens: 50)]);
        Assert.Equal(5, PlannedRequests.Of(Given.Plan(workload)).Single().Job.OutputTokens);
    }
}
