using HalfFull.Policies;
using HalfFull.Queueing;
using HalfFull.Scheduling;

namespace HalfFull.Traces.Decisions;

/// <summary>Writes what a front scheduler is made from, and what it is shown of replicas.</summary>
internal static class FrontCodec
{
    private const int MostReplicas = 1_000_000;

    /// <summary>Writes settings.</summary>
    public static void Write(StateWriter to, FrontSettings settings)
    {
        to.Text(settings.Router.ToString());
        to.Text(settings.Queue.ToString());
        to.Fixed(settings.Seed);
        var limits = settings.Limits;
        to.Whole(limits.MostUnstartedTokens);
        to.Time(limits.MostUnstartedTime);
        to.Whole(limits.MostUnstartedRequests);
        to.Whole(limits.MostRequests);
        to.Whole(limits.MostWaiting);
        to.Time(limits.MostWait);
        to.Real(limits.StatedTokensPerSecond);
        Write(to, settings.Weights);
    }

    /// <summary>Writes shares of tenants.</summary>
    public static void Write(StateWriter to, TenantWeights weights)
    {
        var tenants = weights.Tenants.ToArray();
        to.Number((ulong)tenants.Length);
        foreach (var tenant in tenants)
        {
            to.Text(tenant);
            to.Real(weights.Of(tenant));
        }
    }

    /// <summary>Reads settings.</summary>
    public static FrontSettings Read(ref StateReader from)
    {
        var (router, queue, seed) = (Spec(from.Text()), Spec(from.Text()), from.Fixed());
        var limits = new FrontLimits
        {
            MostUnstartedTokens = from.Whole(),
            MostUnstartedTime = from.Time(),
            MostUnstartedRequests = from.Whole32(),
            MostRequests = from.Whole32(),
            MostWaiting = from.Whole32(),
            MostWait = from.Time(),
            StatedTokensPerSecond = from.OptionalReal(),
        };
        return new FrontSettings(router, queue, seed, limits, ReadWeights(ref from));
    }

    /// <summary>Reads shares of tenants.</summary>
    public static TenantWeights ReadWeights(ref StateReader from)
    {
        var weights = new SortedDictionary<string, double>(StringComparer.Ordinal);
        for (var left = from.Number(); left > 0; left--)
        {
            weights[from.Text() ?? throw new InvalidDataException("a tenant has no name")] = from.Real();
        }

        try
        {
            return new TenantWeights(weights);
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException(error.Message, error);
        }
    }

    /// <summary>Writes replicas.</summary>
    public static void Write(StateWriter to, ReadOnlySpan<FrontReplica> replicas, ViewCodec views, TimeSpan now)
    {
        to.Number((ulong)replicas.Length);
        foreach (ref readonly var replica in replicas)
        {
            views.Write(to, replica.View, now);
            to.Whole(replica.UnstartedTokens);
            to.Whole(replica.UnstartedRequests);
            to.Flag(replica.IsReported);
        }
    }

    /// <summary>Reads replicas.</summary>
    /// <param name="from">The record.</param>
    /// <param name="into">Room for them, which grows.</param>
    /// <param name="views">What was read before.</param>
    /// <param name="now">When they were shown.</param>
    /// <returns>How many there are.</returns>
    public static int Read(ref StateReader from, ref FrontReplica[] into, ViewCodec views, TimeSpan now)
    {
        var count = from.Number();
        if (count > MostReplicas)
        {
            throw new InvalidDataException($"a decision has {count} replicas");
        }

        if (into.Length < (int)count)
        {
            into = new FrontReplica[(int)count * 2];
        }

        for (var i = 0; i < (int)count; i++)
        {
            into[i] = new FrontReplica(views.Read(ref from, now), from.Whole(), from.Whole32(), from.Flag());
        }

        return (int)count;
    }

    /// <summary>Reads the name and options of a policy.</summary>
    public static PolicySpec Spec(string? text)
    {
        try
        {
            return PolicySpec.Parse(text ?? string.Empty);
        }
        catch (PolicyException error)
        {
            throw new InvalidDataException($"a policy is named '{text}'", error);
        }
    }
}
