using HalfFull.Engine;
using HalfFull.Metrics;

namespace HalfFull.Simulation.Recording;

/// <summary>
/// The lives of a bounded number of requests that one replica got one after another: those around one request, which an earlier run of the same plan has
/// shown to be of interest, or the first ones.
/// </summary>
public sealed class Timeline : IRunObserver, IPhaseSink
{
    private readonly Queue<long> order = [];
    private readonly Dictionary<long, TimelineRow> rows = [];
    private readonly PhaseTracker tracker;
    private readonly long? around;
    private readonly int most;
    private int? left;

    /// <param name="replica">Index of the replica.</param>
    /// <param name="around">Id of the request in the middle; null for the first ones.</param>
    /// <param name="most">Most requests, at least 2.</param>
    public Timeline(int replica, long? around, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 2);
        Replica = replica;
        this.around = around;
        this.most = most;
        left = around is null ? most : null;
        tracker = new PhaseTracker(this);
    }

    /// <summary>Index of the replica.</summary>
    public int Replica { get; }

    /// <summary>The requests in the order in which the replica got them.</summary>
    public IEnumerable<TimelineRow> Rows => order.Select(id => rows[id]);

    /// <inheritdoc/>
    public void Submitted(Replica replica, Sequence sequence, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(replica);
        ArgumentNullException.ThrowIfNull(sequence);
        if (replica.Id != Replica)
        {
            return;
        }

        tracker.Submitted(replica, sequence, now);
        if (left == 0 || rows.ContainsKey(sequence.Request.Id))
        {
            return;
        }

        order.Enqueue(sequence.Request.Id);
        rows.Add(sequence.Request.Id, new TimelineRow(sequence.Request));
        left--;
        if (sequence.Request.Id == around)
        {
            left = most - Math.Min(order.Count, most / 2);
        }

        if (order.Count > (left is null ? most / 2 : most))
        {
            rows.Remove(order.Dequeue());
        }
    }

    /// <inheritdoc/>
    public void Planned(Replica replica, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(replica);
        if (replica.Id == Replica)
        {
            tracker.Planned(replica, now);
        }
    }

    /// <inheritdoc/>
    public void StepEnding(Replica replica, TimeSpan start, TimeSpan end)
    {
        ArgumentNullException.ThrowIfNull(replica);
        if (replica.Id == Replica)
        {
            tracker.StepEnding(replica, start, end);
        }
    }

    /// <inheritdoc/>
    public void Add(in RequestRecord record)
    {
        tracker.Add(record);
        if (rows.TryGetValue(record.Id, out var row))
        {
            row.Record = record;
        }
    }

    /// <inheritdoc/>
    public void Add(in PhaseSpan span)
    {
        if (rows.TryGetValue(span.Request.Id, out var row))
        {
            row.Add(span);
        }
    }
}
