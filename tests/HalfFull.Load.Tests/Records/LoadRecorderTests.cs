using HalfFull.Load.OpenAi;
using HalfFull.Load.Records;
using HalfFull.Metrics;

namespace HalfFull.Load.Tests.Records;

public sealed class LoadRecorderTests
{
    [Fact]
    public void What_did_not_complete_never_enters_a_latency()
    {
        using var recorder = new LoadRecorder(Slo.None);
        recorder.Add(Given.Record(0), [100, 200]);
        recorder.Add(Given.Record(1, LoadOutcome.Failed, ErrorClass.Cut, ttftMs: 9_000, e2eMs: 90_000) with { Message = "cut off" }, [999_999_999]);
        recorder.Add(Given.Record(2, LoadOutcome.Rejected, ErrorClass.Http429, ttftMs: 1, e2eMs: 1), []);
        recorder.Add(Given.Record(3, LoadOutcome.Cancelled, ttftMs: 1, e2eMs: 2), [1]);
        recorder.Add(Given.Record(4, LoadOutcome.Unfinished, ttftMs: 1, e2eMs: 2), [1]);
        var summary = recorder.Build(new Rng(1));

        Assert.Equal((5L, 1L, 1L, 1L, 1L, 1L), (summary.Requests, summary.Completed, summary.Failed, summary.Rejected, summary.Cancelled, summary.Unfinished));
        Assert.Equal(new Distribution(0.05, 0.05, 0.05, 0.05, 0.05), summary.TtftSeconds);
        Assert.Equal(0.25, summary.E2ESeconds.Max);
        Assert.Equal(0.05, summary.TpotSeconds.Mean); // (250 - 50) / 4
        Assert.Equal(0.05, summary.NormalizedSeconds.Mean); // 250 / 5
        Assert.Equal(0.049, summary.TtftFromSendSeconds.Mean, 9);
        Assert.Equal(15e-6, summary.ItlSeconds.Mean, 12);
        Assert.Equal(0.00002, summary.ItlSeconds.Max);
        Assert.Equal(new Dictionary<string, long>(StringComparer.Ordinal) { ["http-429"] = 1, ["cut"] = 1 }, summary.Errors);
        Assert.Equal("cut off", summary.ErrorMessages["cut"]);
        Assert.Equal(0.001, summary.LatenessSeconds.P50);
    }

    [Fact]
    public void Failures_miss_the_objective_and_planned_cancellations_and_slow_readers_are_not_judged()
    {
        using var recorder = new LoadRecorder(Slo.Parse("ttft=60ms"));
        recorder.Add(Given.Record(0), []);
        recorder.Add(Given.Record(1, ttftMs: 70), []);
        recorder.Add(Given.Record(2, LoadOutcome.Failed, ErrorClass.Http5xx), []);
        recorder.Add(Given.Record(3, LoadOutcome.Cancelled), []);
        recorder.Add(Given.Record(4, ttftMs: 59) with { IsSlowReader = true }, []);
        var summary = recorder.Build(new Rng(1));
        Assert.Equal(1.0 / 3, summary.SloAttainment);
        Assert.Equal(1 / 0.29, summary.GoodputRequestsPerSecond, 9); // one good answer until the third one ended
    }

    [Fact]
    public void Requests_outside_the_window_are_counted_apart()
    {
        using var recorder = new LoadRecorder(Slo.None);
        recorder.Add(Given.Record(0) with { MeasuredId = -1 }, [1_000_000]);
        recorder.Add(Given.Record(1, LoadOutcome.Failed, ErrorClass.Reset) with { MeasuredId = -1 }, []);
        recorder.Add(Given.Record(2) with { MeasuredId = 0 }, []);
        var summary = recorder.Build(new Rng(1));
        Assert.Equal((1L, 2L, 1L), (summary.Requests, summary.Excluded, summary.ExcludedFailed));
        Assert.Empty(summary.Errors);
        Assert.Equal(0, summary.ItlSeconds.Max);
    }

    [Fact]
    public void Slow_readers_load_the_server_but_are_not_its_latency()
    {
        using var recorder = new LoadRecorder(Slo.None);
        recorder.Add(Given.Record(0), []);
        recorder.Add(Given.Record(1, ttftMs: 5_000, e2eMs: 6_000) with { IsSlowReader = true }, []);
        var summary = recorder.Build(new Rng(1));
        Assert.Equal((2L, 1L), (summary.Completed, summary.SlowReaders));
        Assert.Equal(0.05, summary.TtftSeconds.Max);
    }

    [Fact]
    public void Intervals_hold_the_figure_and_are_absent_when_nobody_can_tell()
    {
        using var recorder = new LoadRecorder(Slo.None);
        var rng = new Rng(3);
        for (var i = 0; i < 10; i++)
        {
            recorder.Add(Given.Record(i, ttftMs: 40 + (20 * rng.NextDouble())), []);
        }

        Assert.Null(recorder.Build(new Rng(1)).Intervals.TtftSeconds.P50);
        for (var i = 10; i < 400; i++)
        {
            recorder.Add(Given.Record(i, ttftMs: 40 + (20 * rng.NextDouble())), []);
        }

        var summary = recorder.Build(new Rng(1));
        var interval = summary.Intervals.TtftSeconds.Mean!;
        Assert.InRange(summary.TtftSeconds.Mean, interval[0], interval[1]);
        Assert.InRange(interval[1] - interval[0], 0.0001, 0.004);
    }

    [Fact]
    public void Curves_run_from_the_least_to_the_largest_latency()
    {
        using var recorder = new LoadRecorder(Slo.None);
        for (var i = 1; i <= 100; i++)
        {
            recorder.Add(Given.Record(i, ttftMs: i, output: 1), []);
        }

        var curves = recorder.Build(new Rng(1)).Curves;
        Assert.Equal(curves.Quantiles.Select(quantile => Math.Max(1, Math.Ceiling(Math.Round(quantile * 100, 6))) / 1000), curves.TtftSeconds);
        Assert.Equal((0.001, 0.1), (curves.TtftSeconds[0], curves.TtftSeconds[^1]));
        Assert.Equal(curves.Quantiles.Order().Distinct(), curves.Quantiles);
        Assert.Empty(curves.TpotSeconds);
    }

    [Fact]
    public void Intervals_stay_within_what_was_measured()
    {
        // What the intervals are estimated from is kept in buckets, whose middles lie above some of their samples and below others.
        foreach (var ttftMs in (ReadOnlySpan<double>)[50, 50.7, 51.3, 77.7, 99.9])
        {
            using var recorder = new LoadRecorder(Slo.None);
            for (var i = 0; i < 64; i++)
            {
                recorder.Add(Given.Record(i, ttftMs: ttftMs), [Given.Ms(ttftMs).Ticks]);
            }

            var summary = recorder.Build(new Rng(1));
            var exact = Given.Ms(ttftMs).TotalSeconds;
            Assert.Equal(exact, summary.TtftSeconds.Max);
            Assert.All([summary.Intervals.TtftSeconds.P50!, summary.Intervals.TtftSeconds.P99!, summary.Intervals.ItlSeconds.P99!], interval => Assert.Equal([exact, exact], interval));
        }
    }

    [Fact]
    public void The_records_file_has_a_line_for_each_request()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            using (var csv = new LoadRecordsCsv(path))
            {
                csv.Add(Given.Record(0) with { Tenant = "a,b", Status = 200, FinishReason = FinishReason.Stop, Usage = new Usage(10, 6, 2), LongestGap = Given.Ms(3) }, []);
                csv.Add(Given.Record(1, LoadOutcome.Failed, ErrorClass.Http5xx) with { FirstToken = null, LastToken = null, Deltas = 0, MeasuredId = -1, Status = 503 }, []);
                csv.Commit();
            }

            Assert.Equal(
                [
                    "id,arrival_s,sent_s,lateness_s,first_byte_s,first_token_s,finish_s,end_s,prompt_tokens,cached_tokens,output_tokens,deltas,max_gap_s,turn,tenant,status,finish_reason,outcome,error,measured,prompt_tokens_counted",
                    "0,0.0000000,0.0010000,0.0010000,,0.0500000,0.2500000,0.2500000,0,2,6,5,0.0030000,0,\"a,b\",200,stop,completed,,1,10",
                    "1,0.0100000,0.0110000,0.0010000,,,,0.2600000,0,,0,0,,0,,503,,failed,http-5xx,0,",
                ],
                File.ReadAllLines(path));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
