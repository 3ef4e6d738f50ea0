using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using HalfFull.Load.OpenAi;
using HalfFull.Load.Plans;
using HalfFull.Load.Records;
using HalfFull.Load.Runs;
using HalfFull.Load.Timing;
using HalfFull.Metrics;

namespace HalfFull.Load.Tests.Runs;

/// <summary>A whole call on a clock that moves only when the server says so: every figure is exact.</summary>
public sealed class CallRunnerTests
{
    private static readonly string Token = ScriptedServer.Token();

    [Fact]
    public async Task Every_figure_is_as_computed_by_hand()
    {
        var time = new ManualTime();
        var record = await CallAsync(
            time,
            headAfterMs: 10,
            (2, ScriptedServer.Ping),
            (3, ScriptedServer.RoleOnly),
            (85, Token[..9]),
            (5, Token[9..]),
            (20, Token),
            (30, Token + Token),
            (4, ScriptedServer.Finish + ScriptedServer.Usage(10, 5)),
            (6, ScriptedServer.Done));

        // Due at 0, sent at 7 (the clock moved before the send), head at 17.
        Assert.Equal(Given.Ms(7), record.Lateness);
        Assert.Equal(Given.Ms(17), record.FirstByte);
        Assert.Equal(Given.Ms(112), record.Ttft); // 17 + 2 + 3 + 85 + 5: when the last byte of the first token came
        Assert.Equal(Given.Ms(105), record.TtftFromSend);
        Assert.Equal(Given.Ms(162), record.E2E);
        Assert.Equal(Given.Ms(172), record.End);
        Assert.Equal((4, 5), (record.Deltas, record.OutputTokens));
        Assert.Equal(Given.Ms(12.5), record.Tpot); // (162 - 112) / (5 - 1)
        Assert.Equal(Given.Ms(30), record.LongestGap);
        Assert.Equal(Given.Ms(32.4), record.Normalized); // 162 / 5
        Assert.Equal((LoadOutcome.Completed, FinishReason.Length), (record.Outcome, record.FinishReason));
    }

    [Fact]
    public async Task What_follows_the_end_changes_nothing()
    {
        var time = new ManualTime();
        var record = await CallAsync(time, headAfterMs: 1, (1, Token), (1, ScriptedServer.Finish), (1, ScriptedServer.Done), (500, Token), (500, "data: nonsense\n\n"));
        Assert.Equal((1, Given.Ms(11), LoadOutcome.Completed), (record.Deltas, record.End, record.Outcome));
    }

    [Fact]
    public async Task A_slow_reader_pauses_after_each_read_but_the_last()
    {
        var plan = Given.Plan(Given.Every(1, requests: 1)) with { SlowReaderRate = 1, SlowReaderPause = Given.Ms(40) };
        var start = Stopwatch.GetTimestamp();
        var record = await CallAsync(plan, new ManualTime(), headAfterMs: 1, (1, Token), (1, Token), (1, ScriptedServer.Done));
        Assert.True(Stopwatch.GetElapsedTime(start) >= Given.Ms(60), "Two pauses of 40 ms, which a timer may cut by some."); // never less, however busy the machine
        Assert.Equal((LoadOutcome.Completed, true), (record.Outcome, record.IsSlowReader));
    }

    private static Task<LoadRecord> CallAsync(ManualTime time, double headAfterMs, params (double AfterMs, string Text)[] pieces) =>
        CallAsync(Given.Plan(Given.Every(1, requests: 1)), time, headAfterMs, pieces);

    private static async Task<LoadRecord> CallAsync(LoadPlan plan, ManualTime time, double headAfterMs, params (double AfterMs, string Text)[] pieces)
    {
        using var client = new OpenAiClient(new Endpoint(new Uri("http://test")), new ScriptedTransport(time, headAfterMs, pieces));
        using var recorder = new LoadRecorder(Slo.None);
        using var sender = new Sender(Given.Target(client), plan, new RunClock(time), recorder, CancellationToken.None);
        var call = sender.Prepare(PlannedRequests.Of(plan).Single());
        time.Advance(7);
        return await sender.SendAsync(call, TimeSpan.Zero);
    }

    private sealed class ScriptedTransport(ManualTime time, double headAfterMs, (double AfterMs, string Text)[] pieces) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await request.Content!.CopyToAsync(Stream.Null, cancellationToken);
            time.Advance(headAfterMs);
            var content = new StreamContent(new ScriptedBody(time, pieces));
            content.Headers.ContentType = new MediaTypeHeaderValue("text/event-stream");
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = content };
        }
    }

    /// <summary>Each read takes as long as the script says and gives one piece.</summary>
    private sealed class ScriptedBody(ManualTime time, (double AfterMs, string Text)[] pieces) : MemoryStream
    {
        private int next;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (next == pieces.Length)
            {
                return ValueTask.FromResult(0);
            }

            var (afterMs, text) = pieces[next++];
            time.Advance(afterMs);
            return ValueTask.FromResult(Encoding.UTF8.GetBytes(text, buffer.Span));
        }
    }
}
