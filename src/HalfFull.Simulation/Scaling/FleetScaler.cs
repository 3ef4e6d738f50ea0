using HalfFull.Engine;
using HalfFull.Metrics;
using HalfFull.Routing;
using HalfFull.Scaling;
using HalfFull.Simulation.Gateways;

namespace HalfFull.Simulation.Scaling;

/// <summary>
/// Carries out what an autoscaler decides: orders replicas, which take requests after the start-up, and drains others, which are stopped once they have nothing left. To
/// add, a draining replica is opened again before a new one is ordered; to remove, one that still starts is given up first, then the one with fewest requests drains.
/// The number of replicas, scenarios included, is brought back into the bounds at each decision.
/// </summary>
internal sealed class FleetScaler
{
    private readonly IAutoscaler policy;
    private readonly int fewest;
    private readonly int most;
    private readonly FleetState fleet;
    private readonly FleetViews views;
    private readonly ReplicaLives lives;
    private readonly bool[] ours; // numbers to start replicas under: places of its own, and what it has stopped
    private readonly TimeSpan[] ready; // of those that start
    private readonly ReplicaView[] seen;
    private TimeSpan nextDecision;
    private TimeSpan nextReady = TimeSpan.MaxValue;

    /// <param name="policy">Decides.</param>
    /// <param name="fleet">The fleet with all its places, its first replicas started.</param>
    /// <param name="start">How many replicas it starts with.</param>
    /// <param name="places">How many of the last places are for replicas started here.</param>
    /// <param name="views">What the policy is shown.</param>
    /// <exception cref="SimulationException">The fleet starts outside the bounds.</exception>
    internal FleetScaler(IAutoscaler policy, FleetState fleet, int start, int places, FleetViews views)
    {
        if (policy.Bounds.Refusal(start) is { } refusal)
        {
            throw new SimulationException(refusal);
        }

        this.policy = policy;
        this.fleet = fleet;
        this.views = views;
        (fewest, most) = (policy.Bounds.Min, policy.Bounds.MostFor(start));
        lives = new ReplicaLives(fleet.Count);
        ours = new bool[fleet.Count];
        Array.Fill(ours, value: true, fleet.Count - places, places);
        ready = new TimeSpan[fleet.Count];
        Array.Fill(ready, TimeSpan.MaxValue);
        seen = new ReplicaView[fleet.Count];
        nextDecision = policy.Bounds.Interval;
        for (var i = 0; i < start; i++)
        {
            lives.Begin(i, TimeSpan.Zero);
        }

        lives.Counted();
    }

    /// <summary>Time of the next decision or of the next replica that is ready.</summary>
    internal TimeSpan NextTime => nextDecision < nextReady ? nextDecision : nextReady;

    /// <summary>Whether a replica is starting.</summary>
    internal bool IsStarting => nextReady < TimeSpan.MaxValue;

    /// <summary>Hash of the changes so far, in order.</summary>
    internal ulong DecisionHash => lives.Hash;

    /// <summary>Takes the next replica that is ready to take requests. The caller starts it.</summary>
    internal bool TryReady(TimeSpan now, out int replica)
    {
        replica = Array.FindIndex(ready, time => time <= now);
        if (replica < 0)
        {
            return false;
        }

        SetReady(replica, TimeSpan.MaxValue);
        return true;
    }

    /// <summary>Decides, when it is time.</summary>
    /// <param name="now">The time.</param>
    /// <param name="held">Requests that wait at the gateways.</param>
    /// <returns>Whether a replica takes requests that did not before.</returns>
    internal bool Decide(TimeSpan now, int held)
    {
        if (now < nextDecision)
        {
            return false;
        }

        nextDecision = now + policy.Bounds.Interval;
        var serving = 0;
        for (var i = 0; i < fleet.Count; i++)
        {
            if (fleet.Takes(i))
            {
                seen[serving++] = views.Of(i, now);
            }
        }

        var (starting, opened) = (Starting, false);
        var change = policy.Change(new FleetMoment { Now = now, Serving = seen.AsSpan(0, serving), Starting = starting, Held = held });
        var wanted = Math.Clamp((long)serving + starting + change, fewest, most);
        for (var count = serving + starting; count < wanted && TryAdd(now, ref opened); count++)
        {
        }

        for (var count = serving + starting; count > wanted && TryRemove(now); count--)
        {
        }

        return opened;
    }

    /// <summary>A replica began to take requests, by whomever it was started.</summary>
    internal void Started(int replica, TimeSpan now)
    {
        lives.Begin(replica, now);
        lives.Tell("ready", replica, Serving, now);
    }

    /// <summary>A replica has gone, drained or dead.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="now">The time.</param>
    /// <param name="drained">Whether it was drained here: its number is free then.</param>
    internal void Stopped(int replica, TimeSpan now, bool drained)
    {
        ours[replica] |= drained;
        lives.End(replica, now);
        lives.Tell(drained ? "stop" : "crash", replica, Serving, now);
    }

    /// <inheritdoc cref="ReplicaLives.Figures"/>
    internal ScalingFigures Figures(TimeSpan first, TimeSpan last) => lives.Figures(first, last);

    private int Serving => Enumerable.Range(0, fleet.Count).Count(fleet.Takes);

    private int Starting => ready.Count(static time => time < TimeSpan.MaxValue);

    private bool TryAdd(TimeSpan now, ref bool opened)
    {
        for (var i = 0; i < fleet.Count; i++)
        {
            if (fleet.IsRetiring(i))
            {
                fleet.Retire(i, retire: false);
                lives.Tell("reopen", i, Serving, now);
                opened = true;
                return true;
            }
        }

        var free = Enumerable.Range(0, fleet.Count).FirstOrDefault(i => ours[i] && fleet.Replicas[i] is null && ready[i] == TimeSpan.MaxValue, -1);
        if (free < 0)
        {
            return false;
        }

        SetReady(free, now + policy.Bounds.StartUp);
        lives.Begin(free, now);
        lives.Tell("start", free, Serving, now);
        return true;
    }

    private bool TryRemove(TimeSpan now)
    {
        if (IsStarting)
        {
            var last = Array.FindLastIndex(ready, static time => time < TimeSpan.MaxValue);
            SetReady(last, TimeSpan.MaxValue);
            lives.End(last, now);
            lives.Tell("cancel", last, Serving, now);
            return true;
        }

        var chosen = -1;
        for (var i = 0; i < fleet.Count; i++)
        {
            if (fleet.Takes(i) && (chosen < 0 || Requests(fleet[i]) <= Requests(fleet[chosen])))
            {
                chosen = i;
            }
        }

        if (chosen < 0)
        {
            return false;
        }

        fleet.Retire(chosen, retire: true);
        lives.Tell("drain", chosen, Serving, now);
        return true;
    }

    private void SetReady(int replica, TimeSpan time)
    {
        ready[replica] = time;
        nextReady = ready.Min();
    }

    private static int Requests(Replica replica) => replica.Running + replica.Waiting;
}
