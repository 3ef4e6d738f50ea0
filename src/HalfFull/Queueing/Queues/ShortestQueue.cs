using HalfFull.Policies;

namespace HalfFull.Queueing.Queues;

/// <summary>Shortest prompt first.</summary>
[Policy("sjf", "Shortest prompt first; the least mean wait while it keeps up, but under overload long prompts starve.")]
public sealed class ShortestQueue : IQueuePolicy, IStateless
{
    /// <inheritdoc/>
    public IQueueOrder Order { get; } = new SizeOrder(static entry => entry.UncachedTokens);
}
