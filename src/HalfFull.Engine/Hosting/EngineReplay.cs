using System.Runtime.InteropServices;
using HalfFull.Metrics;

namespace HalfFull.Engine.Hosting;

/// <summary>
/// Plays requests on an engine whose time is the sum of its steps' durations, as the runner tells them: idle time is skipped, and a request arrives at the first step boundary at or after its time.
/// With a runner that measures processor time, a noisy neighbour does not change the result.
/// </summary>
public sealed class EngineReplay : IReplicaListener
{
    private readonly Replica replica;
    private readonly IModelRunner runner;
    private readonly List<RequestRecord> records = [];
    private readonly List<int> emittedBefore = [];
    private readonly Action<Sequence, GeneratedToken>? onToken;
    private readonly IRunObserver? observer;

    /// <summary>An idle engine.</summary>
    /// <param name="limits">What it may hold and do.</param>
    /// <param name="scheduler">Its scheduler.</param>
    /// <param name="rates">Its rates, those that the scheduler was given.</param>
    /// <param name="runner">Computes the steps.</param>
    /// <param name="onToken">Hears every token; null when nobody listens.</param>
    /// <param name="observer">Hears what the engine does; null when nobody does.</param>
    /// <param name="id">Its number, as the observer tells several engines apart.</param>
    public EngineReplay(
        EngineLimits limits,
        IEngineScheduler scheduler,
        EngineRates rates,
        IModelRunner runner,
        Action<Sequence, GeneratedToken>? onToken = null,
        IRunObserver? observer = null,
        int id = 0)
    {
        ArgumentNullException.ThrowIfNull(runner);
        replica = new Replica(id, limits, scheduler, rates, this);
        this.runner = runner;
        this.onToken = onToken;
        this.observer = observer;
    }

    /// <summary>The engine core.</summary>
    public Replica Replica => replica;

    /// <summary>Plays requests that are sorted by arrival, to their end.</summary>
    /// <returns>Their records in the order in which they ended.</returns>
    public IReadOnlyList<RequestRecord> Run(IReadOnlyList<ReplayedRequest> requests, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var now = TimeSpan.Zero;
        var next = 0;
        while (next < requests.Count || replica.HasWork)
        {
            cancellation.ThrowIfCancellationRequested();
            for (; next < requests.Count && requests[next].Request.Arrival <= now; next++)
            {
                var sequence = replica.Submit(requests[next].Request, now, requests[next].OutputTokens);
                runner.Begin(sequence, requests[next].Input);
                observer?.Submitted(replica, sequence, now);
            }

            replica.ForgetPrefixes(runner.LostPrefixes);
            var begun = replica.BeginStep(now);
            observer?.Planned(replica, now);
            if (begun)
            {
                now = Step(now);
                continue;
            }

            var wake = replica.WakeAt ?? TimeSpan.MaxValue;
            now = next < requests.Count && requests[next].Request.Arrival < wake ? requests[next].Request.Arrival : wake;
        }

        return records;
    }

    /// <inheritdoc/>
    void IReplicaListener.TokenGap(TimeSpan gap, long count)
    {
    }

    /// <inheritdoc/>
    void IReplicaListener.FirstToken(int replica, Sequence sequence, TimeSpan now)
    {
    }

    /// <inheritdoc/>
    void IReplicaListener.Ended(Sequence sequence, in RequestRecord record)
    {
        records.Add(record);
        observer?.Add(record);
        if (record.Outcome != Outcome.Completed)
        {
            runner.End(sequence);
        }
    }

    private TimeSpan Step(TimeSpan now)
    {
        var scheduled = replica.Plan.Scheduled;
        emittedBefore.Clear();
        foreach (var sequence in scheduled)
        {
            emittedBefore.Add(sequence.OutputTokens);
        }

        var end = runner.Run(replica.Plan, now);
        observer?.StepEnding(replica, now, end);
        foreach (var sequence in runner.Failed)
        {
            replica.Abort(sequence, end);
        }

        replica.EndStep(end, runner.Stopped);
        scheduled = replica.Plan.Scheduled;
        var before = CollectionsMarshal.AsSpan(emittedBefore);
        for (var i = 0; i < scheduled.Length; i++)
        {
            var sequence = scheduled[i];
            if (sequence.OutputTokens == before[i])
            {
                continue;
            }

            var isLast = sequence.State == SequenceState.Gone;
            var token = runner.Token(sequence, before[i], isLast);
            onToken?.Invoke(sequence, token);
            if (isLast)
            {
                runner.End(sequence);
            }
        }

        return end;
    }
}
