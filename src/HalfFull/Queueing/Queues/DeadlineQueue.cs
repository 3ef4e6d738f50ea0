using HalfFull.Policies;

namespace HalfFull.Queueing.Queues;

/// <summary>Earliest deadline first. A request without one has a deadline some time after its arrival, so that it is not passed for ever.</summary>
[Policy("edf", "Earliest deadline first; best for deadlines while all can be met, but under overload it spends itself on requests that are late anyway.")]
public sealed class DeadlineQueue : IQueuePolicy, IStateless
{
    /// <summary>One queue.</summary>
    public DeadlineQueue(Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Order = new SizeOrder(entry => (entry.Request.Deadline ?? entry.Request.Arrival + options.Otherwise).TotalSeconds);
    }

    /// <inheritdoc/>
    public IQueueOrder Order { get; }

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>Deadline of a request that has none, after its arrival.</summary>
        [Option("Deadline that a request without one is given for its place in the queue, counted from its arrival; it does not end it.")]
        public TimeSpan Otherwise { get; init; } = TimeSpan.FromSeconds(60);
    }
}
