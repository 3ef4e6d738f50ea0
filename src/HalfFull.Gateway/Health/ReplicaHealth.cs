namespace HalfFull.Gateway.Health;

/// <summary>Whether a replica that answers should get its full share. Written under the lock of the pool.</summary>
internal sealed class ReplicaHealth
{
    private static readonly TimeSpan LongestEjection = TimeSpan.FromMinutes(5);
    private TimeSpan? ejectedUntil;
    private int ejections;

    /// <summary>Its ramp.</summary>
    public SlowStart SlowStart { get; } = new();

    /// <summary>Its tokens.</summary>
    public ProgressWatch Progress { get; } = new();

    /// <summary>Its requests since the last look at outliers.</summary>
    public OutcomeWindow Window { get; } = new();

    /// <summary>Leaves it out for a while, longer each time in a row.</summary>
    public void Eject(TimeSpan now, TimeSpan first)
    {
        var time = first * ++ejections;
        ejectedUntil = now + (time < LongestEjection ? time : LongestEjection);
    }

    /// <summary>It did as well as the others.</summary>
    public void Forgive() => ejections = Math.Max(0, ejections - 1);

    /// <summary>Whether it is left out for doing worse than the others; its return is a slow start.</summary>
    public bool IsEjectedAt(TimeSpan now)
    {
        if (ejectedUntil is not { } until || now < until)
        {
            return ejectedUntil is not null;
        }

        ejectedUntil = null;
        SlowStart.Begin(until);
        return false;
    }

    /// <summary>The share of its load that it may have: 0 when it is to be left out.</summary>
    public double ShareAt(TimeSpan now, GatewayOptions options) =>
        IsEjectedAt(now) || Progress.IsFrozen(options.FrozenTime) ? 0 : SlowStart.ShareAt(now, options);

    /// <summary>It was restarted: what was known is void.</summary>
    public void Restarted(TimeSpan now)
    {
        Progress.Reset();
        Window.Clear();
        ejectedUntil = null;
        ejections = 0;
        SlowStart.Begin(now);
    }
}
