using System.Collections.Concurrent;
using HalfFull.Engine.Native;
using HalfFull.Metrics;

namespace HalfFull.Engine.Hosting;

/// <summary>
/// An engine in real time: one thread drives a <see cref="Replica"/> exactly as a simulator does, with an <see cref="IModelRunner"/> in place of predicted
/// ends of steps. Requests and aborts come in from any thread and take effect at the next step boundary.
/// </summary>
public sealed class EngineLoop : IReplicaListener, IDisposable
{
    // A step begins where the last one ended, unless the thread lags by more than this: then the lost time is lost.
    private static readonly TimeSpan MostLag = TimeSpan.FromMilliseconds(20);

    private readonly Replica replica;
    private readonly IModelRunner runner;
    private readonly EngineClock clock;
    private readonly IRunObserver? observer;
    private readonly ConcurrentQueue<(Generation Generation, bool Abort)> inbox = new();
    private readonly AutoResetEvent wake = new(initialState: false);
    private readonly Thread thread;
    private Generation?[] bySlot = new Generation?[64];
    private int[] outputsBefore = new int[64];
    private EngineStats totals = new();
    private EngineStats published = new();
    private TimeSpan gapTime;
    private long gaps;
    private int pending;
    private long lastId;
    private readonly TaskCompletionSource<Exception?> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool stopping;
    private bool isDisposed;

    /// <summary>Starts the engine's thread.</summary>
    /// <param name="limits">What it may hold and do.</param>
    /// <param name="scheduler">Its scheduler.</param>
    /// <param name="rates">Its rates, those that the scheduler was given.</param>
    /// <param name="runner">Computes the steps.</param>
    /// <param name="clock">Its clock, that of the runner.</param>
    /// <param name="observer">Hears what the engine does, on the engine's thread; null when nobody does.</param>
    public EngineLoop(EngineLimits limits, IEngineScheduler scheduler, EngineRates rates, IModelRunner runner, EngineClock clock, IRunObserver? observer = null)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(clock);
        replica = new Replica(0, limits, scheduler, rates, this);
        this.runner = runner;
        this.clock = clock;
        this.observer = observer;
        thread = new Thread(Run) { IsBackground = true, Name = "engine" };
        thread.Start();
    }

    /// <summary>Its limits.</summary>
    public EngineLimits Limits => replica.Limits;

    /// <summary>What it holds and has done.</summary>
    public EngineStats Stats
    {
        get
        {
            var stats = Volatile.Read(ref published);
            return stats with { Waiting = stats.Waiting + Math.Max(0, Volatile.Read(ref pending)) };
        }
    }

    /// <summary>Completes when its thread has ended, with the error if it was one.</summary>
    public Task<Exception?> Ended => ended.Task;

    /// <summary>Why a request of this size can never run here, as one sentence; null when it can.</summary>
    public string? Refusal(int promptTokens, int maxOutputTokens) => replica.Refusal(new Request(0, TimeSpan.Zero, promptTokens, maxOutputTokens));

    /// <summary>Hands in a request for which <see cref="Refusal"/> is null.</summary>
    /// <param name="promptTokens">Prompt tokens.</param>
    /// <param name="maxOutputTokens">Output tokens to generate.</param>
    /// <param name="prefixHashes">Chained hashes of the prompt's leading units, or nothing.</param>
    /// <param name="prefixUnitTokens">Tokens of one unit.</param>
    /// <param name="priority">Higher is more urgent.</param>
    /// <param name="input">What a real model needs; null where only sizes count.</param>
    public Generation Submit(
        int promptTokens,
        int maxOutputTokens,
        ReadOnlyMemory<long> prefixHashes = default,
        int prefixUnitTokens = 0,
        int priority = 0,
        GenerationInput? input = null)
    {
        ObjectDisposedException.ThrowIf(stopping, this);
        var request = new Request(Interlocked.Increment(ref lastId), clock.Now, promptTokens, maxOutputTokens)
        {
            PrefixHashes = prefixHashes,
            PrefixUnitTokens = prefixHashes.IsEmpty ? 0 : prefixUnitTokens,
            Priority = priority,
        };
        if (replica.Refusal(request) is { } reason)
        {
            throw new ArgumentException(reason, nameof(promptTokens));
        }

        var generation = new Generation(request, input);
        Interlocked.Increment(ref pending);
        inbox.Enqueue((generation, false));
        wake.Set();
        return generation;
    }

    /// <summary>Takes a request out, at the latest when the step in flight ends. Harmless when it has gone already.</summary>
    public void Abort(Generation generation)
    {
        ArgumentNullException.ThrowIfNull(generation);
        inbox.Enqueue((generation, true));
        if (!stopping)
        {
            wake.Set();
        }
    }

    /// <summary>Stops the thread after the step in flight and ends every request.</summary>
    public void Dispose()
    {
        if (isDisposed)
        {
            return;
        }

        isDisposed = true;
        stopping = true;
        wake.Set();
        thread.Join();
        wake.Dispose();
    }

    /// <inheritdoc/>
    void IReplicaListener.TokenGap(TimeSpan gap, long count)
    {
        gapTime += gap * count;
        gaps += count;
    }

    /// <inheritdoc/>
    void IReplicaListener.FirstToken(int replica, Sequence sequence, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        totals = totals with
        {
            PromptTokens = totals.PromptTokens + sequence.PromptTokens,
            CachedTokens = totals.CachedTokens + sequence.CachedTokens,
            FirstTokens = totals.FirstTokens + 1,
            FirstTokenTime = totals.FirstTokenTime + (now - sequence.Request.Arrival),
        };
    }

    /// <inheritdoc/>
    void IReplicaListener.Ended(Sequence sequence, in RequestRecord record)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        observer?.Add(record);
        if (record.Outcome == Outcome.Completed)
        {
            totals = totals with { Completed = totals.Completed + 1 };
        }
        else
        {
            totals = totals with { Aborted = totals.Aborted + 1 };
            bySlot[sequence.Slot]?.Complete();
            bySlot[sequence.Slot] = null;
            runner.End(sequence);
        }
    }

    private void Run()
    {
        Exception? fault = null;
        try
        {
            Steps();
        }
        catch (LlamaException error)
        {
            // What the library holds is unknown now; whoever runs this ends the process and starts another.
            fault = error;
            stopping = true;
        }

        foreach (var generation in bySlot)
        {
            generation?.Complete();
        }

        while (inbox.TryDequeue(out var message))
        {
            message.Generation.Complete();
        }

        ended.SetResult(fault);
    }

    private void Steps()
    {
        var now = clock.Now;
        while (!stopping)
        {
            TakeInbox(now);
            replica.ForgetPrefixes(runner.LostPrefixes);
            var begun = replica.BeginStep(now);
            observer?.Planned(replica, now);
            if (!begun)
            {
                Publish();
                Wait(replica.WakeAt);
                now = clock.Now;
                continue;
            }

            Publish();
            RememberOutputs();
            var end = runner.Run(replica.Plan, now);
            observer?.StepEnding(replica, now, end);
            TakeInbox(end);
            foreach (var sequence in runner.Failed)
            {
                Fail(sequence, end);
            }

            replica.EndStep(end, runner.Stopped);
            Deliver();
            now = clock.Now - end < MostLag ? end : clock.Now;
        }
    }

    private void Fail(Sequence sequence, TimeSpan now)
    {
        if (bySlot[sequence.Slot] is { } generation)
        {
            generation.HasFailed = true;
        }

        replica.Abort(sequence, now);
    }

    private void Wait(TimeSpan? until)
    {
        if (until is not { } moment)
        {
            wake.WaitOne();
        }
        else if (moment - clock.Now is var left && left > TimeSpan.Zero)
        {
            wake.WaitOne(left);
        }
    }

    private void TakeInbox(TimeSpan now)
    {
        while (inbox.TryDequeue(out var message))
        {
            var generation = message.Generation;
            if (message.Abort)
            {
                if (generation.Sequence is { } sequence)
                {
                    replica.Abort(sequence, now);
                }

                generation.IsAborted = true;
                continue;
            }

            Interlocked.Decrement(ref pending);
            if (generation.IsAborted)
            {
                generation.Complete();
                continue;
            }

            // The engine's time may lie a little behind the clock; nobody arrives in its future.
            generation.Request = generation.Request.Arrival > now ? generation.Request with { Arrival = now } : generation.Request;
            generation.Sequence = replica.Submit(generation.Request, now);
            Remember(generation, generation.Sequence.Slot);
            runner.Begin(generation.Sequence, generation.Input);
            observer?.Submitted(replica, generation.Sequence, now);
        }
    }

    private void Remember(Generation generation, int slot)
    {
        if (slot >= bySlot.Length)
        {
            Array.Resize(ref bySlot, slot * 2);
            Array.Resize(ref outputsBefore, slot * 2);
        }

        bySlot[slot] = generation;
    }

    private void RememberOutputs()
    {
        foreach (var sequence in replica.Plan.Scheduled)
        {
            outputsBefore[sequence.Slot] = sequence.OutputTokens;
        }
    }

    private void Deliver()
    {
        var emitted = 0;
        foreach (var sequence in replica.Plan.Scheduled)
        {
            var slot = sequence.Slot;
            if (sequence.OutputTokens == outputsBefore[slot] || bySlot[slot] is not { } generation)
            {
                continue;
            }

            emitted++;
            generation.CachedTokens = sequence.CachedTokens;
            var isLast = sequence.State == SequenceState.Gone;
            generation.Emit(runner.Token(sequence, outputsBefore[slot], isLast));
            if (isLast)
            {
                runner.End(sequence);
                bySlot[slot] = null;
            }
        }

        totals = totals with { OutputTokens = totals.OutputTokens + emitted };
    }

    private void Publish() => Volatile.Write(ref published, totals with
    {
        Waiting = replica.Waiting,
        Running = replica.Running,
        KvTokensInUse = replica.KvTokensInUse,
        Preemptions = replica.Preemptions,
        Gaps = gaps,
        GapTime = gapTime,
        Steps = replica.Steps,
    });
}
