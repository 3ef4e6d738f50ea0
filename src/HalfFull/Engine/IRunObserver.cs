using HalfFull.Metrics;

namespace HalfFull.Engine;

/// <summary>
/// Hears what the replicas of a run do, simulated or real, and takes its records. It must change nothing: records and decisions are those of a run that nobody
/// observes. A held step is told like any other, so that what is heard of one replica does not depend on fast-forward; a replica that runs ahead is heard
/// ahead of the others.
/// </summary>
public interface IRunObserver : IRecordSink
{
    /// <summary>A request joined a replica's queue.</summary>
    void Submitted(Replica replica, Sequence sequence, TimeSpan now);

    /// <summary>A replica has planned; <see cref="Replica.IsStepInFlight"/> says whether a step began.</summary>
    void Planned(Replica replica, TimeSpan now);

    /// <summary>
    /// A step is about to end. <see cref="Replica.Plan"/> is its plan and the KV in use is that of the step; the counters of the sequences may lag by the
    /// steps that the plan was held.
    /// </summary>
    void StepEnding(Replica replica, TimeSpan start, TimeSpan end);
}
