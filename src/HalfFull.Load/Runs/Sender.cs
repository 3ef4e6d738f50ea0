using System.Collections.Concurrent;
using HalfFull.Load.OpenAi;
using HalfFull.Load.Plans;
using HalfFull.Load.Prompts;
using HalfFull.Load.Records;
using HalfFull.Load.Timing;

namespace HalfFull.Load.Runs;

/// <summary>Prepares calls before they are due and sends them; calls that have ended are used again.</summary>
internal sealed class Sender : IDisposable
{
    private readonly LoadPlan plan;
    private readonly PromptText text;
    private readonly RequestBody body;
    private readonly CallRunner runner;
    private readonly MeasuredWindow window;
    private readonly ConcurrentBag<Call> idle = [];
    private readonly Drains drains = new();
    private readonly Lock gate = new();
    private long sent;
    private long measured;

    /// <summary>A sender of a run.</summary>
    public Sender(Target target, LoadPlan plan, RunClock clock, LoadRecorder recorder, CancellationToken interrupt)
    {
        this.plan = plan;
        text = target.Text;
        body = new RequestBody(target.Client.Endpoint.Api, target.Model, target.Support, stream: !plan.Unary);
        runner = new CallRunner(target.Client, plan, clock, recorder, drains, interrupt);
        window = MeasuredWindow.Of(plan);
    }

    /// <summary>Writes the body of a request, ready to be sent.</summary>
    /// <param name="request">The request.</param>
    /// <param name="conversation">What it continues; null for a first turn.</param>
    public Call Prepare(in PlannedRequest request, Conversation? conversation = null)
    {
        if (!idle.TryTake(out var call))
        {
            call = new Call();
        }

        var job = request.Job;
        call.Conversation = conversation ?? (plan.Turns > 1 ? new Conversation() : null);
        var earlier = conversation?.Tokens ?? 0;
        call.Request = request;
        call.PromptTokens = earlier + job.Request.PromptTokens;
        lock (gate)
        {
            if (earlier == 0)
            {
                text.Write(job.Request, call.Question);
            }
            else
            {
                text.WriteTurn(job.Request, conversation!.Turn, call.Question);
            }

            ReadOnlySpan<ReadOnlyMemory<byte>> messages = conversation is null ? [call.Question.Written] : conversation.With(call.Question.Written);
            body.Write(messages, job.OutputTokens, call.Body);
        }

        return call;
    }

    /// <summary>Sends a call that is due, on the caller's thread, and returns when its response has ended.</summary>
    public Task<LoadRecord> SendAsync(Call call, TimeSpan due)
    {
        var id = Interlocked.Increment(ref sent) - 1;
        var measuredId = window.Contains(due) ? Interlocked.Increment(ref measured) - 1 : -1;
        call.Meter.Begin(call.Request, call.PromptTokens, due, id, measuredId, call.Conversation?.Turn ?? 0);
        return runner.RunAsync(call);
    }

    /// <summary>Whether the conversation goes on after this turn; if so the turn is added to it.</summary>
    public bool TryContinue(Call call, in LoadRecord record)
    {
        if (call.Conversation is not { } conversation || record.Outcome != LoadOutcome.Completed || conversation.Turn + 1 >= plan.Turns)
        {
            return false;
        }

        var tokens = call.Request.Job.Request.PromptTokens + record.OutputTokens;
        conversation.Add(call.Question.Written.ToArray(), call.Answer.Written.ToArray(), tokens);
        return true;
    }

    /// <summary>Takes a call back.</summary>
    public void Return(Call call)
    {
        call.Reset();
        idle.Add(call);
    }

    /// <summary>Completes when no server holds an answer open that has ended, within two seconds of the last one.</summary>
    public Task Drained => drains.Done;

    /// <inheritdoc/>
    public void Dispose()
    {
        body.Dispose();
        while (idle.TryTake(out var call))
        {
            call.Dispose();
        }
    }
}
