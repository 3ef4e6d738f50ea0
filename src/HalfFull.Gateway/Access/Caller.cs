namespace HalfFull.Gateway.Access;

/// <summary>Who sent a request, found once.</summary>
internal sealed class Caller
{
    private Caller(string name, bool isTrusted, bool isAdmin)
    {
        Name = name;
        IsTrusted = isTrusted;
        IsAdmin = isAdmin;
    }

    /// <summary>A caller on the gateway's own machine, when no keys are configured.</summary>
    public static Caller Local { get; } = new("local", isTrusted: true, isAdmin: true) { MostPriority = int.MaxValue };

    /// <summary>A caller elsewhere, when no keys are configured.</summary>
    public static Caller Stranger { get; } = new("stranger", isTrusted: false, isAdmin: false);

    /// <summary>Name of the key, or what stands for it.</summary>
    public string Name { get; }

    /// <summary>Whether its routing headers are honoured.</summary>
    public bool IsTrusted { get; }

    /// <summary>Whether it may use the paths below <c>/api/</c>.</summary>
    public bool IsAdmin { get; }

    /// <summary>Whether it showed a key.</summary>
    public bool HasKey { get; private init; }

    /// <summary>The tenant that it is bound to; null when it may name one.</summary>
    public string? Tenant { get; private init; }

    /// <summary>Priority of its requests when they ask for none.</summary>
    public int Priority { get; private init; }

    /// <summary>Highest priority that they may ask for.</summary>
    public int MostPriority { get; private init; }

    /// <summary>Its limit; null for none.</summary>
    public RateLimit? Limit { get; private init; }

    /// <summary>The caller that shows a key.</summary>
    public static Caller Of(ApiKey key, RateLimit? limit) => new(key.Name, isTrusted: true, key.IsAdmin)
    {
        HasKey = true,
        Tenant = key.IsAdmin ? null : key.Tenant,
        Priority = key.Priority,
        MostPriority = key.IsAdmin ? int.MaxValue : key.Priority,
        Limit = limit,
    };
}
