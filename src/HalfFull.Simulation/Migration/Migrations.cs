using HalfFull.Engine;
using HalfFull.Engine.StepTime;
using HalfFull.Metrics;
using HalfFull.Migration;
using HalfFull.Routing;
using HalfFull.Simulation.Gateways;
using HalfFull.Simulation.Scaling;

namespace HalfFull.Simulation.Migration;

/// <summary>
/// Carries out live migration as in Llumnix: what a sequence has computed is copied while it decodes on, then what it has computed meanwhile, until little is left; then
/// it is stopped, the rest is copied and it goes on at the target, which has kept room ahead of each stage. Given up when the sequence finishes or is preempted, when the
/// target has no room or takes nothing more, and when one of the two dies; it then goes on where it is.
/// </summary>
/// <remarks>
/// Replicas other than the source are touched only when replicas meet (<see cref="Meet"/>), so that how far each has run ahead does not matter. The source gives its
/// blocks back when the sequence stops, milliseconds before the copy is whole.
/// </remarks>
internal sealed class Migrations
{
    private readonly IMigrator policy;
    private readonly FleetState fleet;
    private readonly FleetViews views;
    private readonly KvTransferTime transfer;
    private readonly StepEvents steps;
    private readonly IMigrationHost host;
    private readonly List<LiveMigration> active = [];
    private readonly bool[] busy;
    private readonly ReplicaView[] seen;
    private readonly MigrationPair[] pairs;
    private readonly List<Sequence> movable = [];
    private readonly List<SequenceView> movableViews = [];
    private readonly LogHistogram downtimes = new();
    private TimeSpan nextDecision;
    private long completed;
    private long aborted;
    private long copiedTokens;

    /// <param name="policy">Decides.</param>
    /// <param name="fleet">The replicas.</param>
    /// <param name="views">What the policy is shown.</param>
    /// <param name="transfer">How long copies take.</param>
    /// <param name="steps">When steps in flight end.</param>
    /// <param name="host">Told of what changes.</param>
    internal Migrations(IMigrator policy, FleetState fleet, FleetViews views, KvTransferTime transfer, StepEvents steps, IMigrationHost host)
    {
        this.policy = policy;
        this.fleet = fleet;
        this.views = views;
        this.transfer = transfer;
        this.steps = steps;
        this.host = host;
        busy = new bool[fleet.Count];
        seen = new ReplicaView[fleet.Count];
        pairs = new MigrationPair[fleet.Count];
        nextDecision = policy.Bounds.Interval;
    }

    /// <summary>Whether any move is under way.</summary>
    internal bool Any => active.Count > 0;

    /// <summary>When something happens next. While nothing runs there is nothing to decide.</summary>
    internal TimeSpan NextTime
    {
        get
        {
            var next = steps.Any ? nextDecision : TimeSpan.MaxValue;
            foreach (var move in active)
            {
                next = move.Time < next ? move.Time : next;
            }

            return next;
        }
    }

    /// <summary>Hash of the moves so far, in order.</summary>
    internal ulong DecisionHash { get; private set; }

    /// <summary>What was moved.</summary>
    internal MigrationFigures Figures => new(completed, aborted, copiedTokens, downtimes.ToSeconds());

    /// <summary>Whether a replica takes part in a move.</summary>
    internal bool IsBusy(int replica) => busy[replica];

    /// <summary>What happens at a time at which replicas meet; to be called at each.</summary>
    internal void Meet(TimeSpan now)
    {
        for (var move = Due(now); move is not null; move = Due(now))
        {
            Go(move, now);
        }

        if (nextDecision > now)
        {
            return;
        }

        if (nextDecision == now)
        {
            Decide(now);
        }

        nextDecision = new TimeSpan(((now.Ticks / policy.Bounds.Interval.Ticks) + 1) * policy.Bounds.Interval.Ticks);
    }

    /// <summary>A step of a replica has ended, and its next one has not begun: whoever is to stop leaves.</summary>
    internal void StepEnded(int replica, TimeSpan now)
    {
        foreach (var move in active)
        {
            if (move.Source == replica && move.Phase == MigrationPhase.Stopping && move.IsRunning)
            {
                Stop(move, now);
            }
        }
    }

    /// <summary>A replica that has work cannot begin a step: moves to it give way.</summary>
    /// <returns>Whether there is more room now.</returns>
    internal bool GiveWay(Replica replica, TimeSpan now)
    {
        var move = replica is { HasWork: true, Reserved: > 0 } ? active.Find(one => one.Target == replica.Id && one.Phase != MigrationPhase.Stopped) : null;
        if (move is null)
        {
            return false;
        }

        replica.Release(move.Room!, now);
        End(move, now, done: false);
        return true;
    }

    /// <summary>A replica has died, and whoever ran there has been reported as ended.</summary>
    internal void Died(int replica, TimeSpan now)
    {
        foreach (var move in active.FindAll(one => one.Source == replica || one.Target == replica))
        {
            End(move, now, done: false);
            if (move.Target != replica)
            {
                Release(move, now);
            }

            if (move.Phase != MigrationPhase.Stopped)
            {
                continue;
            }

            if (move.Source == replica)
            {
                host.Lost(move.Sequence, replica, now);
            }
            else
            {
                Return(move, now);
            }
        }
    }

    private LiveMigration? Due(TimeSpan now)
    {
        foreach (var move in active)
        {
            if (move.Time <= now)
            {
                return move;
            }
        }

        return null;
    }

    private void Go(LiveMigration move, TimeSpan now)
    {
        switch (move.Phase)
        {
            case MigrationPhase.Stopped:
                Arrive(move, now);
                break;
            case MigrationPhase.Copying when move.IsRunning && fleet.Takes(move.Target) && TryContinue(move, now):
                break;
            default:
                Release(move, now);
                End(move, now, done: false);
                break;
        }
    }

    private void Decide(TimeSpan now)
    {
        var count = 0;
        for (var i = 0; i < fleet.Count; i++)
        {
            if (fleet.Replicas[i] is not null && !busy[i])
            {
                seen[count++] = views.Of(i, now) with { State = fleet.Takes(i) ? ReplicaState.Ready : ReplicaState.Draining };
            }
        }

        if (count < 2)
        {
            return;
        }

        var paired = policy.Pair(seen.AsSpan(0, count), pairs.AsSpan(0, count));
        foreach (var pair in pairs.AsSpan(0, paired))
        {
            ref readonly var source = ref seen[pair.Source];
            ref readonly var target = ref seen[pair.Target];
            if (busy[source.Replica] || busy[target.Replica] || source.Replica == target.Replica || !fleet.Takes(target.Replica))
            {
                throw new InvalidOperationException($"The migrator paired replicas {source.Replica} and {target.Replica}, which cannot be.");
            }

            Collect(fleet[source.Replica], fleet[target.Replica].Limits);
            var chosen = policy.Choose(source, target, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(movableViews));
            if (chosen >= 0)
            {
                Start(movable[chosen], movableViews[chosen].KvTokens, source.Replica, target.Replica, now);
            }
        }
    }

    /// <summary>Whoever decodes and could end at the target as it would here.</summary>
    private void Collect(Replica source, EngineLimits target)
    {
        movable.Clear();
        movableViews.Clear();
        foreach (var sequence in source.RunningSequences)
        {
            var request = sequence.Request;
            if (sequence.IsDecoding && !sequence.Aborting && target.Refusal(request) is null && target.OutputLimit(request) >= sequence.OutputLimit)
            {
                var uncounted = Uncounted(source, sequence);
                movable.Add(sequence);
                movableViews.Add(new SequenceView(
                    sequence.ComputedTokens + uncounted, 0, sequence.OutputTokens + uncounted, sequence.OutputLimit, request.PredictedOutputTokens));
            }
        }
    }

    private void Start(Sequence sequence, int tokens, int source, int target, TimeSpan now)
    {
        host.Touch(target, now);
        if (fleet[target].TryReserve(tokens, headroom: null, now) is not { } room)
        {
            return;
        }

        busy[source] = true;
        busy[target] = true;
        active.Add(new LiveMigration(sequence, source, target) { Room = room, Tokens = tokens, Stage = 1, Time = now + transfer.Of(tokens) });
    }

    /// <summary>A stage has ended: the next one begins, or the sequence is stopped.</summary>
    /// <returns>False when there is no room for what it has computed meanwhile.</returns>
    private bool TryContinue(LiveMigration move, TimeSpan now)
    {
        var source = fleet[move.Source];
        source.StopHolding();
        var inStep = source.IsStepInFlight ? move.Sequence.ScheduledTokens : 0;
        var computed = move.Sequence.ComputedTokens;
        var left = computed - move.Tokens;
        var isLast = left <= policy.Bounds.Last || move.Stage >= policy.Bounds.Stages - 1;

        // Room for the step in flight, too: at its end, the target may already have run ahead of a source that stops.
        Release(move, now);
        move.Room = fleet[move.Target].TryReserve(computed + (isLast ? inStep : 0), headroom: null, now);
        if (move.Room is null)
        {
            return false;
        }

        if (!isLast)
        {
            move.Stage++;
            move.Tokens = computed;
            move.Time = now + transfer.Of(left);
        }
        else if (inStep > 0)
        {
            move.Phase = MigrationPhase.Stopping;
            move.Time = steps.TimeOf(move.Source);
        }
        else
        {
            host.Touch(move.Source, now);
            Stop(move, now);
        }

        return true;
    }

    private void Stop(LiveMigration move, TimeSpan now)
    {
        var computed = fleet[move.Source].Detach(move.Sequence);
        move.Phase = MigrationPhase.Stopped;
        move.StoppedAt = now;
        move.Time = now + transfer.Of(computed - move.Tokens);
        move.Tokens = computed;
    }

    private void Arrive(LiveMigration move, TimeSpan now)
    {
        Release(move, now);
        if (!fleet[move.Target].Attach(move.Sequence, move.Tokens))
        {
            throw new InvalidOperationException($"Request {move.Sequence.Request.Id} does not fit into the room that was kept for it.");
        }

        move.Sequence.Migrations++;
        copiedTokens += move.Tokens;
        downtimes.Add((now - move.StoppedAt).Ticks, 1);
        End(move, now, done: true);
        host.Attached(move.Sequence, move.Source, move.Target, now);
    }

    /// <summary>The target died while the sequence was on its way: it goes on where it came from, with its KV if that still fits.</summary>
    private void Return(LiveMigration move, TimeSpan now)
    {
        host.Touch(move.Source, now);
        var source = fleet[move.Source];
        if (!source.Attach(move.Sequence, move.Tokens))
        {
            move.Sequence.Preemptions++;
            source.Attach(move.Sequence, 0);
        }

        host.Attached(move.Sequence, move.Source, move.Source, now);
    }

    private void Release(LiveMigration move, TimeSpan now)
    {
        if (move.Room is { } room)
        {
            host.Touch(move.Target, now);
            fleet[move.Target].Release(room, now);
            move.Room = null;
        }
    }

    private void End(LiveMigration move, TimeSpan now, bool done)
    {
        active.Remove(move);
        busy[move.Source] = false;
        busy[move.Target] = false;
        completed += done ? 1 : 0;
        aborted += done ? 0 : 1;
        var places = ((ulong)(uint)move.Source << 33) ^ ((ulong)(uint)move.Target << 1) ^ (done ? 1UL : 0);
        DecisionHash = Rng.Mix(DecisionHash ^ Rng.Mix((ulong)move.Sequence.Request.Id) ^ Rng.Mix((ulong)now.Ticks) ^ places);
    }

    private static int Uncounted(Replica replica, Sequence sequence) => sequence.ScheduledTokens > 0 ? replica.UncountedTokens : 0;
}
