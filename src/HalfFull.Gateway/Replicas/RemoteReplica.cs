using HalfFull.Gateway.Health;
using HalfFull.Routing;

namespace HalfFull.Gateway.Replicas;

/// <summary>What the gateway knows of one replica. Written under the lock of <see cref="ReplicaPool"/>.</summary>
public sealed class RemoteReplica
{
    internal RemoteReplica(int id, ReplicaSettings settings, GatewayOptions options)
    {
        var address = settings.Address;
        Id = id;
        Settings = settings;
        Endpoints = new ReplicaEndpoints(address);
        Models = settings.Models;
        Flavour = settings.Flavour ?? ReplicaFlavour.Unknown;
        Name = $"{address.Host}:{address.Port}{address.AbsolutePath.TrimEnd('/')}";
        Account = new LedgerAccount(id);
        Breaker = new CircuitBreaker(options.FailuresToOpen, options.OpenTime);
    }

    /// <summary>Its number; never given to another one.</summary>
    public int Id { get; }

    /// <summary>What the configuration says of it.</summary>
    public ReplicaSettings Settings { get; internal set; }

    /// <summary>Where it listens: a restarted worker may move.</summary>
    public Uri Address => Endpoints.Address;

    /// <summary>Addresses of what it answers.</summary>
    internal ReplicaEndpoints Endpoints { get; set; }

    /// <summary>Host, port and the path if there is one, for headers and labels.</summary>
    public string Name { get; internal set; }

    /// <summary>Whether it takes requests.</summary>
    public ReplicaState State { get; internal set; } = ReplicaState.Down;

    /// <summary>Whether it is to take no more requests, whatever its health.</summary>
    public bool IsDraining { get; internal set; }

    /// <summary>Its software.</summary>
    public ReplicaFlavour Flavour { get; internal set; }

    /// <summary>Models that it serves; null when it does not say, which means any.</summary>
    public IReadOnlyList<string>? Models { get; internal set; }

    /// <summary>Whether it says that a request may name any model: it has one only.</summary>
    internal bool TakesAnyModel { get; set; }

    /// <summary>The gateway's books.</summary>
    public LedgerAccount Account { get; }

    /// <summary>Its breaker.</summary>
    public CircuitBreaker Breaker { get; }

    /// <summary>Whether it should get its full share.</summary>
    internal ReplicaHealth Health { get; } = new();

    /// <summary>What was learned from its answers.</summary>
    public LearnedRates Rates { get; internal set; } = new();

    /// <summary>Its last report; null when it never gave one.</summary>
    public EngineReport? Report { get; internal set; }

    /// <summary>When that was asked for.</summary>
    public TimeSpan ReportedAt { get; internal set; }

    /// <summary>Whether it has been ready since it was added or restarted: the first time one passed check is enough.</summary>
    internal bool WasReady { get; set; }

    /// <summary>Health checks failed in a row.</summary>
    internal int FailedChecks { get; set; }

    /// <summary>Health checks passed in a row.</summary>
    internal int PassedChecks { get; set; }

    /// <summary>Committed tokens by its report less those by the ledger at that time: other senders' load, or the ledger's own error.</summary>
    public double? DriftTokens { get; internal set; }

    /// <summary>Slow mean of the drift.</summary>
    internal double? MeanDrift { get; set; }

    /// <summary>Prefill tokens in its queue when the last report was taken, by the ledger.</summary>
    internal long PrefillAtReport { get; set; }

    /// <summary>Requests sent to it.</summary>
    public long Requests { get; internal set; }

    /// <summary>Of those, failed through its fault.</summary>
    public long Failures { get; internal set; }

    /// <summary>Output tokens that came back from it: counted as they come, and what an answer told beyond that at its end.</summary>
    public long OutputTokens { get; internal set; }

    /// <summary>Whether it serves a model.</summary>
    internal bool Serves(string? model)
    {
        if (model is null || TakesAnyModel || Models is not { } models)
        {
            return true;
        }

        for (var i = 0; i < models.Count; i++)
        {
            if (string.Equals(models[i], model, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
