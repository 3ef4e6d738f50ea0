namespace HalfFull.Gateway.Replicas;

/// <summary>What the configuration says of one replica; what it does not say is found out.</summary>
/// <param name="Address">Where it listens, without <c>/v1</c>.</param>
public sealed record ReplicaSettings(Uri Address)
{
    /// <summary>Models that it serves; null to ask it.</summary>
    public IReadOnlyList<string>? Models { get; init; }

    /// <summary>Its software; null to recognise it.</summary>
    public ReplicaFlavour? Flavour { get; init; }

    /// <summary>Key that the gateway shows it, in place of the client's; null for none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Network time to it and back, for routers.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Settings that say nothing but the address.</summary>
    public static implicit operator ReplicaSettings(Uri address) => FromUri(address);

    /// <summary>Settings that say nothing but the address.</summary>
    public static ReplicaSettings FromUri(Uri address) => new(address);

    /// <summary>Says everything but the key.</summary>
    public override string ToString() => Address.AbsoluteUri;
}
