using HalfFull.Metrics;

namespace HalfFull.Queueing;

/// <summary>
/// Orders the requests that wait in front of a fleet. Which of them can go, and where, is not its concern. Its state changes in callbacks only; no I/O, clock or lock.
/// </summary>
public interface IQueuePolicy
{
    /// <summary>The order.</summary>
    IQueueOrder Order { get; }

    /// <summary>Whether requests are held at all. Without, each is sent at once and waits in the engine.</summary>
    bool Holds => true;

    /// <summary>
    /// The bound of overtaking: a request that has waited so long may be passed only by requests that arrived at most this much after it. Null where the order has
    /// none. The moment it allows must not fall with a later arrival, so that checking the oldest that waits is enough.
    /// </summary>
    TimeSpan? OvertakenWithin(TimeSpan waited) => null;

    /// <summary>A request joined the queue.</summary>
    void Joined(Request request)
    {
    }

    /// <summary>A request left the queue without being sent: its client left, its deadline passed, or it was refused.</summary>
    void Left(Request request)
    {
    }

    /// <summary>A request left the queue for a replica.</summary>
    void Released(Request request)
    {
    }

    /// <summary>From now on the first in order is held for lack of memory, or no longer is.</summary>
    void MemoryChanged(TimeSpan now, bool isHeld)
    {
    }

    /// <summary>Tenants have other shares from now on. What was served before stays as it was counted.</summary>
    void Reweigh(TenantWeights weights)
    {
    }

    /// <summary>An attempt of a released request ended.</summary>
    void Ended(in RequestRecord record)
    {
    }
}
