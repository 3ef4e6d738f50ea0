using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using HalfFull.Load.Records;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Load.Tests.Runs;

public sealed class LoadRunTests
{
    private static readonly RequestDelegate Answer = ScriptedServer.Stream(
        ScriptedServer.RoleOnly, ScriptedServer.Token("a"), ScriptedServer.Token("b"), ScriptedServer.Usage(10, 4), ScriptedServer.Finish, ScriptedServer.Done);

    [Theory]
    [InlineData(1000, null, 201, true)]
    [InlineData(100_000, 2, 201, true)]
    [InlineData(5, null, 3_600_000, false)] // the trace ends it, long before
    public async Task Throughput_is_counted_over_the_planned_time_where_that_ended_the_run(int requests, int? concurrency, double durationMs, bool planned)
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Stream(ScriptedServer.Token(), ScriptedServer.Finish, ScriptedServer.Done));
        var plan = Given.Plan(Given.Every(10, requests)) with { Concurrency = concurrency, WarmUp = Given.Ms(1), Duration = Given.Ms(durationMs) };
        var served = Given.Run(plan, server.Url).Summary.Served;
        Assert.Equal(planned, served.Length >= Given.Ms(durationMs - 2));
    }

    [Fact]
    public async Task Every_request_of_a_plan_is_sent_once_and_measured()
    {
        await using var server = await ScriptedServer.StartAsync(Answer);
        var (summary, records) = Given.Run(Given.Plan(Given.Every(2, requests: 50)), server.Url);
        Assert.Equal(50, summary.Completed);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), records.Select(record => record.Id).Order());
        Assert.All(records, record =>
        {
            Assert.Equal(Given.Ms(2 * record.Id), record.Scheduled);
            Assert.True(record.Scheduled <= record.Sent);
            Assert.True(record.Sent <= record.FirstByte);
            Assert.True(record.FirstByte <= record.FirstToken);
            Assert.True(record.FirstToken <= record.LastToken);
            Assert.True(record.LastToken <= record.End);
            Assert.Equal((4, 2), (record.OutputTokens, record.Deltas));
        });
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    public async Task What_it_takes_to_get_ready_is_no_lateness(int? concurrency)
    {
        // Finding the first request of a block deep in a trace takes half a second, by a clock that nothing else moves.
        var time = new ManualTime();
        var jobs = new FixedWorkload([Given.Job(0), Given.Job(1)]) { Opening = () => time.Advance(500) };
        await using var server = await ScriptedServer.StartAsync(Answer);
        using var client = new HalfFull.Load.OpenAi.OpenAiClient(new HalfFull.Load.OpenAi.Endpoint(server.Url));
        var kept = new Given.KeptRecords();
        using var recorder = new LoadRecorder(Metrics.Slo.None, kept);
        var plan = Given.Plan(jobs) with { Concurrency = concurrency };
        Assert.Null(HalfFull.Load.Runs.LoadRun.Play(Given.Target(client), plan, recorder, new HalfFull.Load.Timing.RunClock(time), CancellationToken.None));
        Assert.Equal(2, kept.All.Count);
        Assert.All(kept.All, record => Assert.Equal(TimeSpan.Zero, record.Lateness));
    }

    [Fact]
    public async Task Delays_of_the_server_are_seen_and_not_more_than_its_own_clock_says()
    {
        // Each figure of the client must contain what the server measured between the same two moments, seen from inside.
        var held = new ConcurrentQueue<(TimeSpan First, TimeSpan Gap)>();
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            var start = Stopwatch.GetTimestamp();
            await Task.Delay(40);
            var first = Stopwatch.GetElapsedTime(start);
            await context.Response.WriteAsync(ScriptedServer.Token());
            await context.Response.Body.FlushAsync();
            var flushed = Stopwatch.GetTimestamp();
            await Task.Delay(60);
            held.Enqueue((first, Stopwatch.GetElapsedTime(flushed)));
            await context.Response.WriteAsync(ScriptedServer.Token() + ScriptedServer.Finish + ScriptedServer.Done);
        });
        var record = Given.Run(Given.Plan(Given.Every(1, requests: 1)), server.Url).Records.Single();
        var (first, gap) = held.Single();
        Assert.True(record.Ttft >= first);
        Assert.True(record.E2E >= first + gap);
        Assert.Equal(record.LastToken - record.FirstToken, record.LongestGap);
    }

    [Fact]
    public async Task No_turn_is_sent_that_is_due_after_the_end()
    {
        await using var server = await ScriptedServer.StartAsync(Answer);
        var plan = Given.Plan(Given.Every(1, requests: 2)) with { Turns = 3, ThinkTime = TimeSpan.FromSeconds(10), Duration = TimeSpan.FromSeconds(5) };

        Assert.Equal(2, Given.Run(plan, server.Url).Records.Count);
    }

    [Fact]
    public async Task A_stalled_server_shows_its_stall_in_the_open_loop()
    {
        // The server answers nothing for 300 ms. A generator that waited for answers would see one slow request; users see thirty.
        var stall = Stopwatch.StartNew();
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            if (stall.IsRunning && Volatile.Read(ref stalled) == 0)
            {
                stall.Restart();
                Volatile.Write(ref stalled, 1);
            }

            var left = 300 - stall.ElapsedMilliseconds;
            if (left > 0)
            {
                await Task.Delay((int)left);
            }

            await Answer(context);
        });
        var (summary, records) = Given.Run(Given.Plan(Given.Every(10, requests: 60)), server.Url);
        Assert.Equal(60, summary.Completed);
        Assert.True(records.Count(record => record.Ttft >= Given.Ms(100)) >= 15, "The requests due during the stall wait for its end.");
        Assert.True(summary.TtftSeconds.P90 >= 0.1);
    }

    private int stalled;

    [Fact]
    public async Task A_closed_loop_never_has_more_in_flight()
    {
        var (now, most) = (0, 0);
        var gate = new Lock();
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            lock (gate)
            {
                most = Math.Max(most, ++now);
            }

            await Task.Delay(2);
            lock (gate)
            {
                now--;
            }

            await Answer(context);
        });
        var (summary, _) = Given.Run(Given.Plan(Given.Every(0, requests: 60)) with { Concurrency = 4 }, server.Url);
        Assert.Equal(60, summary.Completed);
        Assert.InRange(most, 2, 4);
    }

    [Fact]
    public async Task Requests_scheduled_in_the_warm_up_and_cool_down_are_sent_but_not_measured()
    {
        await using var server = await ScriptedServer.StartAsync(Answer);
        var plan = Given.Plan(Given.Every(5, requests: 40)) with { WarmUp = Given.Ms(50), CoolDown = Given.Ms(20), Duration = Given.Ms(200) };
        var (summary, records) = Given.Run(plan, server.Url);
        Assert.Equal((26L, 14L, 40), (summary.Requests, summary.Excluded, records.Count));
        Assert.All(records, record => Assert.Equal(record.Scheduled >= Given.Ms(50) && record.Scheduled < Given.Ms(180), record.IsMeasured));
    }

    [Fact]
    public async Task A_planned_cancellation_hangs_up_on_the_server()
    {
        var hungUp = 0;
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            try
            {
                context.Response.ContentType = "text/event-stream";
                for (var i = 0; i < 10_000; i++)
                {
                    await context.Response.WriteAsync(ScriptedServer.Token(), context.RequestAborted);
                    await context.Response.Body.FlushAsync(context.RequestAborted);
                    await Task.Delay(1, context.RequestAborted);
                }
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref hungUp);
            }
        });
        var (summary, records) = Given.Run(Given.Plan(Given.Every(1, requests: 8)) with { CancelRate = 1 }, server.Url);
        Assert.Equal((8L, 0L), (summary.Cancelled, summary.Failed));
        Assert.All(records, record => Assert.InRange(record.Deltas, 1, 4));
        Assert.Equal(0, summary.TtftSeconds.Max);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref hungUp) == 8, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Further_turns_send_the_conversation_so_far()
    {
        var conversations = new ConcurrentQueue<string[]>();
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body);
            conversations.Enqueue([.. body.RootElement.GetProperty("messages").EnumerateArray().Select(message => $"{message.GetProperty("role")}:{message.GetProperty("content")}")]);
            await Answer(context);
        });
        var (summary, records) = Given.Run(Given.Plan(Given.Every(1, requests: 1)) with { Turns = 3 }, server.Url);
        Assert.Equal(3, summary.Completed);
        var turns = conversations.ToArray();
        Assert.Equal([1, 3, 5], turns.Select(messages => messages.Length));
        Assert.Equal(turns[0], turns[1][..1], StringComparer.Ordinal);
        Assert.Equal(turns[1], turns[2][..3], StringComparer.Ordinal);
        Assert.Equal("assistant:ab", turns[1][1]);
        Assert.Equal([10, 24, 38], records.Select(record => record.PromptTokens)); // each turn adds 4 answered and 10 new tokens
        Assert.Equal([0, 1, 2], records.Select(record => record.Turn));
    }

    [Fact]
    public async Task In_completions_a_further_turn_is_one_longer_prompt()
    {
        var prompts = new ConcurrentQueue<string>();
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body);
            prompts.Enqueue(body.RootElement.GetProperty("prompt").GetString()!);
            await Answer(context);
        });
        using var client = new HalfFull.Load.OpenAi.OpenAiClient(new HalfFull.Load.OpenAi.Endpoint(server.Url, HalfFull.Load.OpenAi.ApiKind.Completions));
        using var recorder = new LoadRecorder(Metrics.Slo.None);
        HalfFull.Load.Runs.LoadRun.Execute(Given.Target(client), Given.Plan(Given.Every(1, requests: 1)) with { Turns = 3 }, recorder);
        var turns = prompts.ToArray();
        Assert.Equal([10, 20, 30], turns.Select(prompt => prompt.Count(c => c == ' '))); // each word has a blank in front; the answers, "ab", have none
        Assert.StartsWith(turns[0] + "ab ", turns[1], StringComparison.Ordinal);
        Assert.StartsWith(turns[1] + "ab ", turns[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interruption_keeps_what_was_measured()
    {
        using var interrupt = new CancellationTokenSource();
        var served = 0;
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            if (Interlocked.Increment(ref served) > 10)
            {
                if (served >= 15)
                {
                    await interrupt.CancelAsync();
                }

                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }

            await Answer(context);
        });
        var (summary, records) = Given.Run(Given.Plan(Given.Every(5, requests: 100_000)), server.Url, interrupt: interrupt.Token);
        Assert.InRange(summary.Completed, 1, 10);
        Assert.Equal(0, summary.Failed);
        Assert.True(summary.Unfinished >= 5);
        Assert.True(records.Count < 1000);
        Assert.True(summary.TtftSeconds.P50 > 0);
    }

    [Fact]
    public async Task A_unary_call_has_an_end_but_no_first_token()
    {
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{"choices":[{"message":{"content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":3}}""");
        });
        var (summary, records) = Given.Run(Given.Plan(Given.Every(1, requests: 2)) with { Unary = true }, server.Url);
        Assert.Equal(2, summary.Completed);
        Assert.All(records, record => Assert.Null(record.Ttft));
        Assert.All(records, record => Assert.Equal(record.E2E / 3, record.Normalized));
    }

    [Fact]
    public async Task A_unary_answer_whose_tokens_nobody_counts_is_not_empty()
    {
        await using var server = await ScriptedServer.StartAsync(context => context.Response.WriteAsync("""{"choices":[{"message":{"content":"hi"}}]}"""));
        Assert.Equal(0, Given.Run(Given.Plan(Given.Every(1, requests: 2)) with { Unary = true }, server.Url).Summary.WithoutToken);
    }

    [Fact]
    public async Task An_answer_of_which_only_the_count_arrives_has_no_text()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Stream(ScriptedServer.RoleOnly, ScriptedServer.Finish, ScriptedServer.Usage(10, 1), ScriptedServer.Done));
        Assert.Equal(2, Given.Run(Given.Plan(Given.Every(1, requests: 2)), server.Url).Summary.WithoutToken);
    }

    [Fact]
    public async Task Slow_readers_are_counted_apart()
    {
        await using var server = await ScriptedServer.StartAsync(Answer);
        var plan = Given.Plan(Given.Every(1, requests: 1)) with { SlowReaderRate = 1, SlowReaderPause = Given.Ms(30) };
        var (summary, records) = Given.Run(plan, server.Url);
        Assert.Equal((1L, 1L), (summary.Completed, summary.SlowReaders));
        Assert.True(records.Single().IsSlowReader);
        Assert.Equal(0, summary.E2ESeconds.Max);
    }

    [Fact]
    public async Task An_answer_that_stays_open_after_its_end_does_not_hold_its_slot()
    {
        // Each answer says [DONE] and is left open until the last request has come; a slot that were held would drop its connection first.
        const int Requests = 3;
        var (arrived, dropped, droppedBeforeLast) = (0, 0, -1);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            if (Interlocked.Increment(ref arrived) == Requests)
            {
                droppedBeforeLast = Volatile.Read(ref dropped);
                all.SetResult();
            }

            await Answer(context);
            try
            {
                await all.Task.WaitAsync(context.RequestAborted);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref dropped);
            }
        });
        var (summary, _) = Given.Run(Given.Plan(Given.Every(0, requests: Requests)) with { Concurrency = 1 }, server.Url);
        Assert.Equal((Requests, 0), ((int)summary.Completed, droppedBeforeLast));
    }

    [Fact]
    public async Task An_answer_that_stays_open_for_good_loses_its_connection()
    {
        var dropped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            await Answer(context);
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            dropped.SetResult();
        });
        using var client = new HalfFull.Load.OpenAi.OpenAiClient(new HalfFull.Load.OpenAi.Endpoint(server.Url));
        using var recorder = new LoadRecorder(Metrics.Slo.None);
        HalfFull.Load.Runs.LoadRun.Execute(Given.Target(client), Given.Plan(Given.Every(1, requests: 1)), recorder);

        // The client is still there, so nothing but the run itself can have dropped it.
        await dropped.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(1, recorder.Build(new Rng(1)).Completed);
    }

    [Fact]
    public async Task Answers_that_are_ended_properly_leave_their_connection_to_the_next_request()
    {
        var connections = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            connections[context.Connection.Id] = 1;
            await Answer(context);
        });
        Assert.Equal(50, Given.Run(Given.Plan(Given.Every(0, requests: 50)) with { Concurrency = 1 }, server.Url).Summary.Completed);
        Assert.InRange(connections.Count, 1, 49); // nearly always 1; another one where the end of the body took some milliseconds
    }

    [Fact]
    public async Task A_full_disk_under_the_records_ends_the_run()
    {
        await using var server = await ScriptedServer.StartAsync(Answer);
        using var client = new HalfFull.Load.OpenAi.OpenAiClient(new HalfFull.Load.OpenAi.Endpoint(server.Url));
        using var recorder = new LoadRecorder(Metrics.Slo.None, new FullDisk());
        Assert.Throws<IOException>(() => HalfFull.Load.Runs.LoadRun.Execute(Given.Target(client), Given.Plan(Given.Every(5, requests: 1000)), recorder));
    }

    private sealed class FullDisk : ILoadRecordSink
    {
        public void Add(in LoadRecord record, ReadOnlySpan<long> gaps) => throw new IOException("No space left on device");
    }
}
