using HalfFull.Load.Plans;
using HalfFull.Load.Records;
using HalfFull.Load.Timing;

namespace HalfFull.Load.Runs;

/// <summary>
/// Keeps a fixed number of requests in flight: each slot sends its next request when its last has ended, which is the request's
/// scheduled time. A slow server slows its own load down here; an open loop shows what users would see.
/// </summary>
internal sealed class ClosedLoop : IDisposable
{
    private readonly LoadPlan plan;
    private readonly Sender sender;
    private readonly RunClock clock;
    private readonly IEnumerator<PlannedRequest> planned;
    private readonly Lock gate = new();
    private bool hasNext;

    /// <summary>Finds the first request.</summary>
    public ClosedLoop(LoadPlan plan, Sender sender, RunClock clock)
    {
        this.plan = plan;
        this.sender = sender;
        this.clock = clock;
        planned = PlannedRequests.Of(plan).GetEnumerator();
        hasNext = planned.MoveNext();
    }

    /// <summary>Whether it stopped sending because the duration had passed, and not because there was nothing left.</summary>
    public bool EndedByTime => hasNext;

    /// <summary>Sends everything and returns when the last response has ended.</summary>
    public void Run(CancellationToken interrupt)
    {
        using (ExecutionContext.SuppressFlow())
        {
            var slots = new Task[plan.Concurrency ?? throw new InvalidOperationException("A closed loop needs a concurrency.")];
            for (var i = 0; i < slots.Length; i++)
            {
                slots[i] = FillAsync(interrupt);
            }

            Task.WhenAll(slots).GetAwaiter().GetResult();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => planned.Dispose();

    private async Task FillAsync(CancellationToken interrupt)
    {
        while (!interrupt.IsCancellationRequested && TryNext(out var due, out var request))
        {
            var call = sender.Prepare(request);
            var record = await sender.SendAsync(call, due);
            while (plan.IsWithinDuration(record.End + plan.ThinkTime) && sender.TryContinue(call, record) && !interrupt.IsCancellationRequested)
            {
                (call, record) = await ContinueAsync(call, interrupt);
            }

            sender.Return(call);
        }
    }

    private async Task<(Call Call, LoadRecord Record)> ContinueAsync(Call call, CancellationToken interrupt)
    {
        if (plan.ThinkTime > TimeSpan.Zero)
        {
            await Task.Delay(plan.ThinkTime, interrupt).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        var due = clock.Now;
        var next = sender.Prepare(call.Request, call.Conversation);
        sender.Return(call);
        return (next, await sender.SendAsync(next, due));
    }

    private bool TryNext(out TimeSpan due, out PlannedRequest request)
    {
        lock (gate)
        {
            due = clock.Now;
            if (hasNext && plan.IsWithinDuration(due))
            {
                request = planned.Current;
                hasNext = planned.MoveNext();
                return true;
            }
        }

        request = default;
        return false;
    }
}
