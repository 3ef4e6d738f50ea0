using HalfFull.Gateway.Replicas;

namespace HalfFull.Gateway.Health;

/// <summary>
/// Every ten seconds leaves out the replicas that did much worse than the others: 30 points more errors than the median of the others, or four times their
/// time to the first token and a second more. Never more than a share of them. Not thread-safe: the pool serialises it.
/// </summary>
internal sealed class OutlierDetector
{
    private const double MoreErrors = 0.3;
    private const double TimesSlower = 4;
    private const double SecondsSlower = 1;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private TimeSpan next = Interval;

    /// <summary>Looks, when it is time.</summary>
    /// <param name="replicas">Those that take requests.</param>
    /// <param name="now">The time.</param>
    /// <param name="options">Share and time.</param>
    public void Look(IReadOnlyList<RemoteReplica> replicas, TimeSpan now, GatewayOptions options)
    {
        if (now < next)
        {
            return;
        }

        next = now + Interval;
        var left = options.EjectShare > 0 && replicas.Count > 1
            ? Math.Max(1, (int)(options.EjectShare * replicas.Count)) - replicas.Count(replica => replica.Health.IsEjectedAt(now))
            : 0;

        // Worst first; at equal faults the older one, so that the same history gives the same choice.
        foreach (var (replica, fault) in replicas.Select(replica => (Replica: replica, Fault: Fault(replica, replicas))).OrderByDescending(entry => entry.Fault).ThenBy(entry => entry.Replica.Id))
        {
            if (fault > 0 && left > 0 && !replica.Health.IsEjectedAt(now))
            {
                left--;
                replica.Health.Eject(now, options.EjectTime);
                options.Notice?.Invoke($"Replica {replica.Name} does much worse than the others and is left out for a while.");
            }
            else if (fault <= 0 && !replica.Health.IsEjectedAt(now))
            {
                replica.Health.Forgive();
            }
        }

        foreach (var replica in replicas)
        {
            replica.Health.Window.Clear();
        }
    }

    /// <summary>How much worse than it may be a replica did; 0 when it is no outlier, or nothing to compare it with is known.</summary>
    private static double Fault(RemoteReplica replica, IReadOnlyList<RemoteReplica> replicas)
    {
        var window = replica.Health.Window;
        if (window.ErrorShare is { } errors
            && Median(replicas, replica, static other => other.ErrorShare) is { } usual && errors >= usual + MoreErrors)
        {
            return 1 + errors - usual;
        }

        return window.MeanDelaySeconds is { } delay
            && Median(replicas, replica, static other => other.MeanDelaySeconds) is { } usualDelay
            && delay >= TimesSlower * usualDelay && delay >= usualDelay + SecondsSlower
            ? 1 - (usualDelay / delay)
            : 0;
    }

    private static double? Median(IReadOnlyList<RemoteReplica> replicas, RemoteReplica but, Func<OutcomeWindow, double?> value)
    {
        var values = replicas.Where(replica => replica != but).Select(replica => value(replica.Health.Window)).OfType<double>().Order().ToArray();
        return values.Length == 0 ? null : values[(values.Length - 1) / 2];
    }
}
