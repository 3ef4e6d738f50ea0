using HalfFull.Load.OpenAi;
using HalfFull.Load.Records;
using HalfFull.Metrics;

namespace HalfFull.Load.Tests.Records;

public sealed class ServedWindowTests
{
    [Fact]
    public void Throughput_is_what_ended_by_the_end_of_sending_or_of_most_answers()
    {
        // One request every 100 ms, each answered after 50 ms: the last is due at 900 ms, and the 95% of 10 answers are all 10.
        var summary = Summarise(Enumerable.Range(0, 10).Select(i => Answer(i, dueMs: 100 * i, tookMs: 50)));
        Assert.Equal(Given.Ms(950), summary.Makespan);
        Assert.Equal(Given.Ms(950), summary.Served.Length);
        Assert.Equal(10 / 0.95, summary.RequestsPerSecond, 9);
        Assert.Equal(50 / 0.95, summary.OutputTokensPerSecond, 9);
    }

    [Fact]
    public void Few_requests_are_counted_over_the_time_in_which_they_were_planned()
    {
        // 4 requests in one second, answered after 10 ms: 4 a second, although the last answer ends after 760 ms.
        using var recorder = new LoadRecorder(Slo.None);
        for (var i = 0; i < 4; i++)
        {
            recorder.Add(Answer(i, dueMs: 250 * i, tookMs: 10), []);
        }

        recorder.Planned(TimeSpan.Zero, Given.Ms(1000));
        Assert.Equal(4, recorder.Build(new Rng(1)).RequestsPerSecond, 9);
    }

    [Fact]
    public void A_request_that_times_out_stretches_nothing()
    {
        var summary = Summarise(
            [.. Enumerable.Range(0, 40).Select(i => Answer(i, dueMs: 25 * i, tookMs: 20)), Answer(40, dueMs: 500, tookMs: 600_000) with { Outcome = LoadOutcome.Failed, Error = ErrorClass.Timeout }]);
        Assert.Equal(Given.Ms(600_500), summary.Makespan);
        Assert.Equal(39 / 0.975, summary.RequestsPerSecond, 9); // the last was due at 975 ms, when 39 answers had ended
        Assert.Equal(195 / 0.975, summary.OutputTokensPerSecond, 9);
    }

    [Fact]
    public void A_few_very_slow_answers_stretch_nothing()
    {
        var summary = Summarise(
            [.. Enumerable.Range(0, 39).Select(i => Answer(i, dueMs: 25 * i, tookMs: 20)), Answer(39, dueMs: 500, tookMs: 600_000)]);
        Assert.Equal(Given.Ms(970), summary.Served.Length); // to the last end in the slice of 256 ms in which the last request was due
        Assert.Equal(39 / 0.97, summary.RequestsPerSecond, 9);
    }

    [Fact]
    public void A_burst_is_counted_over_the_time_of_its_answers()
    {
        // All due at once, answered one after the other: the 95th of 100 answers ends after 950 ms.
        var summary = Summarise(Enumerable.Range(0, 100).Select(i => Answer(i, dueMs: 0, tookMs: 10 * (i + 1))));
        Assert.Equal(Given.Ms(950), summary.Served.Length);
        Assert.Equal(100, summary.RequestsPerSecond, 9);
    }

    [Fact]
    public void Answers_to_the_warm_up_that_end_in_the_window_stand_for_those_that_end_after_it()
    {
        // 10 requests/s, each answered after one second; those due before 2 s are warm-up, those due from 4 s on cool-down.
        var summary = Summarise(Enumerable.Range(0, 50).Select(i =>
            Answer(i, dueMs: 100 * i, tookMs: 1000) with { MeasuredId = i is >= 20 and < 40 ? i - 20 : -1 }));
        Assert.Equal(20, summary.Completed);

        // From 2 s to the 19th of 20 answers, at 4.8 s: the answers that end at 2.0, 2.1, ... 4.8 s.
        Assert.Equal(Given.Ms(2800), summary.Served.Length);
        Assert.Equal(29 / 2.8, summary.RequestsPerSecond, 9);
    }

    [Fact]
    public void Goodput_counts_those_that_met_the_objective()
    {
        var summary = Summarise(Enumerable.Range(0, 20).Select(i => Answer(i, dueMs: 100 * i, tookMs: i % 2 == 0 ? 50 : 100)), Slo.Parse("e2e=80ms"));
        Assert.Equal(0.5, summary.SloAttainment);
        Assert.Equal(19 / 1.9, summary.RequestsPerSecond, 9);
        Assert.Equal(10 / 1.9, summary.GoodputRequestsPerSecond, 9);
    }

    [Fact]
    public void Hours_are_counted_as_exactly_as_seconds()
    {
        var summary = Summarise(Enumerable.Range(0, 36_000).Select(i => Answer(i, dueMs: 1000 * i, tookMs: 50)));
        Assert.InRange(summary.RequestsPerSecond, 0.9999, 1.0001);
    }

    [Fact]
    public void Nothing_completed_is_no_throughput()
    {
        var summary = Summarise([Answer(0, 0, 10) with { Outcome = LoadOutcome.Failed, Error = ErrorClass.Reset }]);
        Assert.Equal((0.0, 0.0, TimeSpan.Zero), (summary.RequestsPerSecond, summary.GoodputRequestsPerSecond, summary.Served.Length));
        Assert.Equal(default, Summarise([]).Served);
    }

    private static LoadRecord Answer(int id, double dueMs, double tookMs) => new()
    {
        Id = id,
        MeasuredId = id,
        Scheduled = Given.Ms(dueMs),
        Sent = Given.Ms(dueMs),
        LastToken = Given.Ms(dueMs + tookMs),
        End = Given.Ms(dueMs + tookMs),
        Deltas = 5,
        Outcome = LoadOutcome.Completed,
    };

    private static LoadSummary Summarise(IEnumerable<LoadRecord> records, Slo? slo = null)
    {
        using var recorder = new LoadRecorder(slo ?? Slo.None);
        foreach (var record in records)
        {
            recorder.Add(record, []);
        }

        return recorder.Build(new Rng(1));
    }
}
