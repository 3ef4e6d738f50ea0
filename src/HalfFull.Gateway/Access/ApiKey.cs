namespace HalfFull.Gateway.Access;

/// <summary>Who may use the gateway, and how much. The key itself is nowhere: only its hash.</summary>
/// <param name="Name">Its name in messages; unique.</param>
/// <param name="Hash">Hash of the key.</param>
public sealed record ApiKey(string Name, KeyHash Hash)
{
    /// <summary>Who pays for its requests; null: the key is a tenant of its own name, and may name another in a header.</summary>
    public string? Tenant { get; init; }

    /// <summary>Priority of its requests, higher is more urgent, and the highest that a request of it may ask for.</summary>
    public int Priority { get; init; }

    /// <summary>Whether it may use the paths below <c>/api/</c>, and speak for any tenant and priority.</summary>
    public bool IsAdmin { get; init; }

    /// <summary>Requests that it may send in a minute; null for any number.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Prompt and output tokens that it may use in a minute; null for any number.</summary>
    public int? TokensPerMinute { get; init; }
}
