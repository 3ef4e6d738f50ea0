using HalfFull.Policies;
using HalfFull.Routing;

namespace HalfFull.Scheduling;

/// <summary>Is told what a <see cref="FrontScheduler"/> does, to explain it. Changes no decision.</summary>
public interface IFrontWatcher
{
    /// <summary>A router that is asked in place of the given one and answers as it does.</summary>
    IRouter Watch(IRouter router, PolicySpec spec);

    /// <summary>A request joined the queue.</summary>
    /// <param name="now">When.</param>
    /// <param name="request">The request.</param>
    /// <param name="waiting">Requests in its lane, itself included.</param>
    void Joined(TimeSpan now, Request request, int waiting);

    /// <summary>A request was looked at and held.</summary>
    /// <param name="now">When.</param>
    /// <param name="request">The request.</param>
    /// <param name="position">Its place in the order, from 1.</param>
    /// <param name="reason">Why.</param>
    void Held(TimeSpan now, Request request, int position, HeldReason reason);
}
