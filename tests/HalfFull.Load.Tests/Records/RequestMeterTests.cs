using HalfFull.Load.OpenAi;
using HalfFull.Load.Plans;
using HalfFull.Load.Records;
using HalfFull.Metrics;

namespace HalfFull.Load.Tests.Records;

public sealed class RequestMeterTests
{
    private static readonly StreamChunk Token = new(HasToken: true, IsError: false, FinishReason.None, Usage: null);
    private static readonly StreamChunk RoleOnly = new(HasToken: false, IsError: false, FinishReason.None, Usage: null);

    [Fact]
    public void Every_figure_of_a_stream_is_as_computed_by_hand()
    {
        var meter = Begin(dueMs: 1000);
        meter.Sent(Given.Ms(1002));
        meter.Headed(Given.Ms(1010), 200);
        meter.Received(Given.Ms(1012), RoleOnly);
        meter.Received(Given.Ms(1100), Token);
        meter.Received(Given.Ms(1120), Token);
        meter.Received(Given.Ms(1160), Token);
        meter.Received(Given.Ms(1170), new StreamChunk(false, false, FinishReason.Length, null));
        meter.Received(Given.Ms(1171), new StreamChunk(false, false, FinishReason.None, new Usage(10, 7, 3)));
        var record = meter.End(Given.Ms(1175), LoadOutcome.Completed, ErrorClass.None);

        Assert.Equal(Given.Ms(2), record.Lateness);
        Assert.Equal(Given.Ms(1010), record.FirstByte);
        Assert.Equal(Given.Ms(100), record.Ttft);
        Assert.Equal(Given.Ms(98), record.TtftFromSend);
        Assert.Equal(Given.Ms(160), record.E2E);
        Assert.Equal(Given.Ms(158), record.E2EFromSend);
        Assert.Equal(7, record.OutputTokens);
        Assert.Equal(3, record.Deltas);
        Assert.Equal(Given.Ms(10), record.Tpot); // (1160 - 1100) / (7 - 1)
        Assert.Equal(Given.Ms(160) / 7, record.Normalized);
        Assert.Equal([Given.Ms(20).Ticks, Given.Ms(40).Ticks], meter.Gaps.ToArray());
        Assert.Equal(Given.Ms(40), record.LongestGap);
        Assert.Equal(Given.Ms(1175), record.End);
        Assert.Equal((200, FinishReason.Length), (record.Status, record.FinishReason));
    }

    [Fact]
    public void A_meter_is_used_again_without_memory_of_the_last_request()
    {
        var meter = Begin(dueMs: 0);
        meter.Received(Given.Ms(1), Token);
        meter.Received(Given.Ms(2), Token);
        meter.Begin(new PlannedRequest(Given.Job(1), Given.Ms(50), 0, false), 10, Given.Ms(50), 1, 1, 0);
        var record = meter.End(Given.Ms(60), LoadOutcome.Failed, ErrorClass.Reset);
        Assert.Null(record.FirstToken);
        Assert.Null(record.Ttft);
        Assert.Null(record.Tpot);
        Assert.Equal(0, record.Deltas);
        Assert.Empty(meter.Gaps.ToArray());
    }

    [Fact]
    public void Thousands_of_gaps_are_all_kept()
    {
        var meter = Begin(dueMs: 0);
        for (var i = 0; i <= 5000; i++)
        {
            meter.Received(Given.Ms(i), Token);
        }

        Assert.Equal(5000, meter.Gaps.Length);
        Assert.All(meter.Gaps.ToArray(), gap => Assert.Equal(Given.Ms(1).Ticks, gap));
    }

    [Fact]
    public void A_usage_without_completion_tokens_leaves_the_events_to_count() =>
        Assert.Equal(5, (Given.Record(output: 5) with { Usage = new Usage(10, 0, 0) }).OutputTokens);

    [Fact]
    public void An_objective_on_the_first_token_is_not_met_without_one()
    {
        var meter = Begin(dueMs: 0);
        var record = meter.End(Given.Ms(1), LoadOutcome.Completed, ErrorClass.None);
        Assert.False(record.Meets(Slo.Parse("ttft=1s")));
        Assert.True(record.Meets(Slo.Parse("e2e=1s")));
        Assert.True(record.Meets(Slo.None));
    }

    private static RequestMeter Begin(double dueMs)
    {
        var meter = new RequestMeter();
        meter.Begin(new PlannedRequest(Given.Job(0), Given.Ms(dueMs), 0, false), 10, Given.Ms(dueMs), 0, 0, 0);
        return meter;
    }
}
