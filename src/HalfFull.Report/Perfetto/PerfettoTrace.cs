using HalfFull.Engine;
using HalfFull.Metrics;
using HalfFull.Simulation.Recording;

namespace HalfFull.Report.Perfetto;

/// <summary>
/// Writes a run as a trace in Chrome's event format, which ui.perfetto.dev opens: a process for each replica with a track of steps, lanes of requests (a lane
/// is a place among the requests that live there at one time) and counters of KV and queue. Events are written as they come.
/// </summary>
public sealed class PerfettoTrace : IRunObserver, IPhaseSink, IDisposable
{
    private static readonly string[] PhaseNames = ["waiting", "prefill", "decode", "paused", "preempted"];

    private readonly TraceEvents events;
    private readonly PhaseTracker tracker;
    private readonly ReplicaTracks[] replicas;

    /// <param name="stream">Where it is written; stays open.</param>
    /// <param name="names">A name for each replica, in order.</param>
    /// <param name="description">What the trace is of, as names and texts.</param>
    public PerfettoTrace(Stream stream, IReadOnlyList<string> names, params IReadOnlyList<(string Name, string Text)> description)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(description);
        events = new TraceEvents(stream, description);
        tracker = new PhaseTracker(this);
        replicas = [.. names.Select(static _ => new ReplicaTracks())];
        for (var i = 0; i < names.Count; i++)
        {
            events.NameProcess(i, names[i]);
            events.NameTrack(i, 0, "steps");
        }
    }

    /// <inheritdoc/>
    public void Submitted(Replica replica, Sequence sequence, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(replica);
        ArgumentNullException.ThrowIfNull(sequence);
        tracker.Submitted(replica, sequence, now);
        if (replicas[replica.Id].Enter(sequence.Slot, now))
        {
            events.NameTrack(replica.Id, Lane(sequence.Slot), $"requests, lane {sequence.Slot}");
        }

        CountQueue(replica, now);
    }

    /// <inheritdoc/>
    public void Planned(Replica replica, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(replica);
        tracker.Planned(replica, now);
        CountQueue(replica, now);
        CountKv(replica, now);
    }

    /// <inheritdoc/>
    public void StepEnding(Replica replica, TimeSpan start, TimeSpan end)
    {
        ArgumentNullException.ThrowIfNull(replica);
        tracker.StepEnding(replica, start, end);
        CountKv(replica, start);
        var shape = replica.Plan.Shape;
        var name = shape.PrefillTokens == 0 ? "decode" : shape.DecodeSequences == 0 ? "prefill" : "prefill + decode";
        events.Slice(replica.Id, 0, name, start, end - start, ("prefillTokens", shape.PrefillTokens), ("decodeSequences", shape.DecodeSequences));
    }

    /// <inheritdoc/>
    public void Add(in RequestRecord record)
    {
        tracker.Add(record);
        if (record.Outcome == Outcome.Rejected)
        {
            events.Instant($"request {record.Id} rejected", record.Finish);
        }
    }

    /// <inheritdoc/>
    public void Add(in PhaseSpan span)
    {
        // A request that was held at the door comes into a lane in which another one lived when it arrived.
        var entered = replicas[span.Replica].EnteredAt(span.Slot);
        var start = span.Start > entered ? span.Start : entered;
        if (start < span.End)
        {
            events.Slice(
                span.Replica,
                Lane(span.Slot),
                PhaseNames[(int)span.Phase],
                start,
                span.End - start,
                span.Request.Tenant,
                ("request", span.Request.Id),
                ("promptTokens", span.Request.PromptTokens),
                ("tokens", span.Tokens));
        }
    }

    /// <summary>Ends the document.</summary>
    public void Complete() => events.Complete();

    /// <inheritdoc/>
    public void Dispose() => events.Dispose();

    private static int Lane(int slot) => slot + 1;

    private void CountQueue(Replica replica, TimeSpan now)
    {
        if (replicas[replica.Id].QueueChanged(replica.Waiting, replica.Running))
        {
            events.Counter(replica.Id, "requests", now, ("waiting", replica.Waiting), ("running", replica.Running));
        }
    }

    private void CountKv(Replica replica, TimeSpan now)
    {
        if (replicas[replica.Id].KvChanged(replica.KvTokensInUse))
        {
            events.Counter(replica.Id, "KV tokens in use", now, ("tokens", replica.KvTokensInUse));
        }
    }
}
