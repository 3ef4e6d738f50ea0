using System.Diagnostics.CodeAnalysis;

namespace HalfFull.Gateway.Replicas;

/// <summary>Addresses of replicas as users write them.</summary>
public static class ReplicaAddress
{
    /// <summary>Reads <c>http://host:port</c>, with or without a path; a trailing <c>/v1</c> is taken off.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Uri? address)
    {
        ArgumentNullException.ThrowIfNull(text);
        address = null;
        var trimmed = text.Trim().TrimEnd('/');
        trimmed = trimmed.EndsWith("/v1", StringComparison.Ordinal) ? trimmed[..^3] : trimmed;
        if (!Uri.TryCreate(trimmed + "/", UriKind.Absolute, out var parsed)
            || parsed.Scheme is not ("http" or "https")
            || parsed.Host.Length == 0 || parsed.Query.Length > 0 || parsed.UserInfo.Length > 0)
        {
            return false;
        }

        address = parsed;
        return true;
    }
}
