using HalfFull.Metrics;

namespace HalfFull.Simulation.Scaling;

/// <summary>When replicas cost and what changed, for the figures of an autoscaled run.</summary>
/// <param name="replicas">Places for replicas.</param>
internal sealed class ReplicaLives(int replicas)
{
    private readonly TimeSpan?[] since = new TimeSpan?[replicas];
    private readonly List<(TimeSpan From, TimeSpan To)> lives = [];
    private readonly List<ScalingEvent> events = [];
    private int least = int.MaxValue;
    private int most;
    private int ups;
    private int downs;

    /// <summary>Hash of the changes so far, in order.</summary>
    internal ulong Hash { get; private set; }

    /// <summary>Replicas that cost.</summary>
    internal int Count { get; private set; }

    /// <summary>A replica costs from now on. Harmless when it does already.</summary>
    internal void Begin(int replica, TimeSpan now)
    {
        if (since[replica] is null)
        {
            since[replica] = now;
            Count++;
        }
    }

    /// <summary>A replica costs no more. Harmless when it does not.</summary>
    internal void End(int replica, TimeSpan now)
    {
        if (since[replica] is { } from)
        {
            lives.Add((from, now));
            since[replica] = null;
            Count--;
        }
    }

    /// <summary>Notes the number of replicas, after the fleet has been set up or changed.</summary>
    internal void Counted() => (least, most) = (Math.Min(least, Count), Math.Max(most, Count));

    /// <summary>Keeps an event for the report.</summary>
    internal void Tell(string what, int replica, int serving, TimeSpan now)
    {
        ups += what is "start" or "reopen" ? 1 : 0;
        downs += what is "drain" or "cancel" ? 1 : 0;
        Hash = Rng.Mix(Hash ^ Rng.Mix((ulong)now.Ticks) ^ ((ulong)(uint)replica << 32) ^ (uint)Count ^ ((ulong)(uint)serving << 16));
        events.Add(new ScalingEvent(now.TotalSeconds, what, replica, serving, Count));
        Counted();
    }

    /// <summary>The figures of a run that lasted from one time to another.</summary>
    internal ScalingFigures Figures(TimeSpan first, TimeSpan last)
    {
        var ticks = lives.Concat(since.OfType<TimeSpan>().Select(from => (From: from, To: last)))
            .Sum(life => Math.Max(0, Math.Min(life.To.Ticks, last.Ticks) - Math.Max(life.From.Ticks, first.Ticks)));
        var mean = last > first ? (double)ticks / (last - first).Ticks : Count;
        return new ScalingFigures(new TimeSpan(ticks).TotalSeconds, mean, Math.Min(least, most), most, ups, downs, events);
    }
}
