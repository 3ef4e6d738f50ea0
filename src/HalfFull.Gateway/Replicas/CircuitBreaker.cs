namespace HalfFull.Gateway.Replicas;

/// <summary>
/// Keeps requests from a replica that fails them. After some failures in a row it opens; after a while one request may pass as a probe, and its end closes
/// the breaker or opens it for twice as long. Not thread-safe: <see cref="ReplicaPool"/> serialises it.
/// </summary>
public sealed class CircuitBreaker
{
    private static readonly TimeSpan LongestOpen = TimeSpan.FromMinutes(1);
    private readonly int failuresToOpen;
    private readonly TimeSpan firstOpen;
    private TimeSpan open;
    private TimeSpan openUntil;
    private int failures;
    private bool isOpen;
    private bool probing;

    /// <summary>A closed breaker.</summary>
    /// <param name="failuresToOpen">Failures in a row that open it.</param>
    /// <param name="openTime">How long it stays open at first.</param>
    public CircuitBreaker(int failuresToOpen, TimeSpan openTime)
    {
        this.failuresToOpen = failuresToOpen;
        firstOpen = openTime;
        open = openTime;
    }

    /// <summary>Its state.</summary>
    public BreakerState StateAt(TimeSpan now) => !isOpen ? BreakerState.Closed : now < openUntil ? BreakerState.Open : BreakerState.HalfOpen;

    /// <summary>Whether a request may pass now.</summary>
    public bool Allows(TimeSpan now) => StateAt(now) switch
    {
        BreakerState.Closed => true,
        BreakerState.HalfOpen => !probing,
        _ => false,
    };

    /// <summary>When a request may pass at the earliest.</summary>
    public TimeSpan NextAllowed(TimeSpan now) => isOpen && openUntil > now ? openUntil : now;

    /// <summary>A request passes.</summary>
    /// <returns>Whether it is the probe.</returns>
    public bool Begin(TimeSpan now)
    {
        var isProbe = StateAt(now) == BreakerState.HalfOpen;
        probing |= isProbe;
        return isProbe;
    }

    /// <summary>A request succeeded. While the breaker is open only the probe's success closes it: older requests may still succeed.</summary>
    public void Succeeded(bool wasProbe)
    {
        if (isOpen && !wasProbe)
        {
            return;
        }

        Reset();
    }

    /// <summary>A request failed through the replica's fault.</summary>
    public void Failed(bool wasProbe, TimeSpan now)
    {
        if (isOpen)
        {
            if (wasProbe)
            {
                probing = false;
                open = open * 2 < LongestOpen ? open * 2 : LongestOpen;
                openUntil = now + open;
            }

            return;
        }

        if (++failures >= failuresToOpen)
        {
            isOpen = true;
            openUntil = now + open;
        }
    }

    /// <summary>A request ended without telling anything about the replica, as when the client left.</summary>
    public void Undecided(bool wasProbe) => probing &= !wasProbe;

    /// <summary>Closes it and forgets.</summary>
    public void Reset()
    {
        isOpen = false;
        probing = false;
        failures = 0;
        open = firstOpen;
    }
}
