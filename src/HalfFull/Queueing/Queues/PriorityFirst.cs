using HalfFull.Policies;

namespace HalfFull.Queueing.Queues;

/// <summary>Most urgent first, then by arrival; waiting raises the priority.</summary>
[Policy("priority", "Most urgent first, a level gained for each age waited; without ageing the least urgent starve while more urgent requests keep coming.")]
public sealed class PriorityFirst : IQueuePolicy, IStateless
{
    /// <summary>One queue.</summary>
    /// <exception cref="PolicyException">The age is no time at all.</exception>
    public PriorityFirst(Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Age <= TimeSpan.Zero)
        {
            throw new PolicyException("Option 'age' of policy 'priority' must be longer than 0s, or off.");
        }

        var priority = new SizeOrder(static entry => -(double)entry.Request.Priority);
        Order = options.Age is { } age ? AgedOrder.ByTime(priority, age) : priority;
    }

    /// <inheritdoc/>
    public IQueueOrder Order { get; }

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>Waiting time worth one level of priority; null: no ageing.</summary>
        [Option("Waiting time that counts as much as one level of priority (off: no ageing).")]
        public TimeSpan? Age { get; init; } = TimeSpan.FromSeconds(30);
    }
}
