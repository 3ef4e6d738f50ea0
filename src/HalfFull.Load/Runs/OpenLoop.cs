using System.Runtime.ExceptionServices;
using HalfFull.Load.Plans;
using HalfFull.Load.Prompts;
using HalfFull.Load.Timing;

namespace HalfFull.Load.Runs;

/// <summary>
/// Sends each request when it is due, whatever became of those before: a slow server cannot slow its own load down. One thread does
/// nothing else; while it waits for the next due time it prepares the bodies of those after.
/// </summary>
internal sealed class OpenLoop : IDisposable
{
    private const int MostPrepared = 64;
    private const int MostPreparedBytes = 4 << 20;
    private static readonly TimeSpan TimeToPrepare = TimeSpan.FromMicroseconds(300);

    private readonly Sender sender;
    private readonly RunClock clock;
    private readonly LoadPlan plan;
    private readonly IEnumerator<PlannedRequest> planned;
    private readonly Queue<Call> prepared = new();
    private readonly PriorityQueue<(PlannedRequest Request, Conversation Conversation), (TimeSpan Due, long Order)> turns = new();
    private readonly Lock turnGate = new();
    private readonly AutoResetEvent wake = new(initialState: false);
    private long preparedBytes;
    private long turnOrder;
    private volatile ExceptionDispatchInfo? failure;
    private int inFlight;
    private bool exhausted;

    /// <summary>Makes the first request ready, which takes long where it is deep in a trace.</summary>
    public OpenLoop(LoadPlan plan, Sender sender, RunClock clock)
    {
        this.plan = plan;
        this.sender = sender;
        this.clock = clock;
        planned = PlannedRequests.Of(plan, () => EndedByTime = true).GetEnumerator();
        PrepareNext();
    }

    /// <summary>Whether it stopped sending because the duration had passed, and not because there was nothing left.</summary>
    public bool EndedByTime { get; private set; }

    /// <summary>Sends everything and returns when the last response has ended.</summary>
    public void Run(CancellationToken interrupt)
    {
        using var wakeOnInterrupt = interrupt.UnsafeRegister(static handle => ((AutoResetEvent)handle!).Set(), wake);
        using (ExecutionContext.SuppressFlow())
        {
            while (!interrupt.IsCancellationRequested)
            {
                failure?.Throw();

                // Read first: a call that ends after this may leave a further turn, and then it is looked for again.
                var allEnded = Volatile.Read(ref inFlight) == 0;
                if (!TryNextDue(out var due))
                {
                    if (allEnded)
                    {
                        return;
                    }

                    wake.WaitOne();
                }
                else if (HasTimeToPrepare(due))
                {
                    PrepareNext();
                }
                else if (PreciseWait.Until(due, clock, wake))
                {
                    Launch();
                }
            }

            while (Volatile.Read(ref inFlight) > 0)
            {
                wake.WaitOne();
            }

            failure?.Throw();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        planned.Dispose();
        wake.Dispose();
        foreach (var call in prepared)
        {
            call.Dispose();
        }
    }

    private bool TryNextDue(out TimeSpan due)
    {
        if (prepared.Count == 0 && !exhausted)
        {
            PrepareNext();
        }

        due = TimeSpan.MaxValue;
        var any = false;
        if (prepared.TryPeek(out var first))
        {
            (due, any) = (first.Request.Due, true);
        }

        if (plan.Turns > 1)
        {
            lock (turnGate)
            {
                if (turns.TryPeek(out _, out var turn) && turn.Due < due)
                {
                    (due, any) = (turn.Due, true);
                }
            }
        }

        return any;
    }

    private bool HasTimeToPrepare(TimeSpan due) =>
        !exhausted && prepared.Count < MostPrepared && preparedBytes < MostPreparedBytes && due - clock.Now > TimeToPrepare;

    private void PrepareNext()
    {
        if (!planned.MoveNext())
        {
            exhausted = true;
            return;
        }

        var call = sender.Prepare(planned.Current);
        preparedBytes += call.Body.Count;
        prepared.Enqueue(call);
    }

    private void Launch()
    {
        var due = prepared.TryPeek(out var first) ? first.Request.Due : TimeSpan.MaxValue;
        if (plan.Turns > 1)
        {
            lock (turnGate)
            {
                if (turns.TryPeek(out var turn, out var key) && key.Due < due)
                {
                    turns.Dequeue();
                    _ = FollowAsync(sender.Prepare(turn.Request, turn.Conversation), key.Due);
                    return;
                }
            }
        }

        prepared.Dequeue();
        preparedBytes -= first!.Body.Count;
        _ = FollowAsync(first, due);
    }

    private async Task FollowAsync(Call call, TimeSpan due)
    {
        Interlocked.Increment(ref inFlight);
        try
        {
            var record = await sender.SendAsync(call, due);
            if (plan.IsWithinDuration(record.End + plan.ThinkTime) && sender.TryContinue(call, record))
            {
                lock (turnGate)
                {
                    turns.Enqueue((call.Request, call.Conversation!), (record.End + plan.ThinkTime, turnOrder++));
                }

                wake.Set();
            }

            sender.Return(call);
        }
#pragma warning disable CA1031 // Whatever it is (a full disk under the records), the loop's thread throws it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            failure = ExceptionDispatchInfo.Capture(error);
            wake.Set();
        }
        finally
        {
            if (Interlocked.Decrement(ref inFlight) == 0)
            {
                wake.Set();
            }
        }
    }
}
