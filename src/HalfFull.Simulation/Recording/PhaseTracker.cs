using HalfFull.Engine;
using HalfFull.Metrics;

namespace HalfFull.Simulation.Recording;

/// <summary>Turns steps into the phases of each request: its spans follow each other without a gap from arrival to finish.</summary>
/// <param name="sink">Takes the spans.</param>
public sealed class PhaseTracker(IPhaseSink sink) : IRunObserver
{
    private readonly Dictionary<long, Life> lives = [];

    /// <inheritdoc/>
    public void Submitted(Replica replica, Sequence sequence, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(replica);
        ArgumentNullException.ThrowIfNull(sequence);
        var start = sequence.Request.Arrival;
        if (lives.Remove(sequence.Request.Id, out var lost))
        {
            if (sequence.ComputedTokens > 0 && sequence.PrefillReplica is null)
            {
                // It was moved here with its KV: it stood still since its last step there.
                start = Leave(lost, now);
            }
            else
            {
                // Its replica died and it was sent again, or has kept its slot and its KV until a copy of that was here.
                Close(lost, now, lost.Preemptions);
                start = now;
            }
        }

        lives.Add(sequence.Request.Id, new Life(sequence, replica.Id, start));
    }

    /// <inheritdoc/>
    public void Planned(Replica replica, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(replica);
        if (!replica.IsStepInFlight)
        {
            return;
        }

        foreach (var sequence in replica.Plan.Scheduled)
        {
            var life = lives[sequence.Request.Id];
            var phase = sequence.IsDecoding ? RequestPhase.Decode : RequestPhase.Prefill;
            if (phase == RequestPhase.Decode && life.Phase == phase && life.Until == now)
            {
                continue;
            }

            Close(life, now, sequence.Preemptions);
            life.Begin(phase, now);
        }
    }

    /// <inheritdoc/>
    public void StepEnding(Replica replica, TimeSpan start, TimeSpan end)
    {
        ArgumentNullException.ThrowIfNull(replica);
        foreach (var sequence in replica.Plan.Scheduled)
        {
            lives[sequence.Request.Id].Computed(end, sequence.ScheduledTokens);
        }
    }

    /// <inheritdoc/>
    public void Add(in RequestRecord record)
    {
        if (lives.Remove(record.Id, out var life))
        {
            Close(life, record.Finish, record.Preemptions);
        }
    }

    /// <summary>Tells the phase that has ended, and how the time since then was spent.</summary>
    private void Close(Life life, TimeSpan now, int preemptions)
    {
        if (life.Phase == RequestPhase.Waiting)
        {
            Tell(life, RequestPhase.Waiting, life.Start, now, 0);
        }
        else
        {
            Tell(life, life.Phase, life.Start, life.Until, life.Tokens);
            Tell(life, preemptions > life.Preemptions ? RequestPhase.Preempted : RequestPhase.Paused, life.Until, now, 0);
        }

        life.Preemptions = preemptions;
    }

    /// <summary>Tells the last phase on a replica that a sequence has left while it held KV there.</summary>
    /// <returns>When that phase ended.</returns>
    private TimeSpan Leave(Life life, TimeSpan now)
    {
        var end = life.Until > life.Start ? life.Until : now;
        Tell(life, life.Phase, life.Start, end, life.Tokens);
        return end;
    }

    private void Tell(Life life, RequestPhase phase, TimeSpan from, TimeSpan to, int tokens)
    {
        if (to > from)
        {
            sink.Add(new PhaseSpan(life.Request, life.Replica, life.Slot, phase, from, to, tokens));
        }
    }

    private sealed class Life(Sequence sequence, int replica, TimeSpan start)
    {
        public Request Request => sequence.Request;

        public int Replica => replica;

        public int Slot { get; } = sequence.Slot;

        public RequestPhase Phase { get; private set; } = sequence.ComputedTokens > 0 ? RequestPhase.Paused : RequestPhase.Waiting;

        public TimeSpan Start { get; private set; } = start;

        public TimeSpan Until { get; private set; } = sequence.ComputedTokens > 0 ? start : default;

        public int Tokens { get; private set; }

        public int Preemptions { get; set; } = sequence.Preemptions;

        public void Begin(RequestPhase phase, TimeSpan now) => (Phase, Start, Until, Tokens) = (phase, now, now, 0);

        public void Computed(TimeSpan end, int tokens) => (Until, Tokens) = (end, Tokens + tokens);
    }
}
