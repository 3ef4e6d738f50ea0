namespace HalfFull.Gateway.Replicas;

/// <summary>Addresses of what a replica answers. Those that every request goes to are made once: taking a URI apart costs more than choosing the replica.</summary>
/// <param name="address">The replica's own address, which ends in a slash.</param>
internal sealed class ReplicaEndpoints(Uri address)
{
    private readonly Uri chatCompletions = new(address, "v1/chat/completions");
    private readonly Uri completions = new(address, "v1/completions");

    /// <summary>The replica's own address.</summary>
    public Uri Address => address;

    /// <summary>The address of a path with its query.</summary>
    public Uri Of(string path, string? query) => (path, query) switch
    {
        ("/v1/chat/completions", null or "") => chatCompletions,
        ("/v1/completions", null or "") => completions,
        _ => new Uri(address, path.TrimStart('/') + query),
    };
}
