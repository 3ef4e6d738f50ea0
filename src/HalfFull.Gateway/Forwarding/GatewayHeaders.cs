using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Forwarding;

/// <summary>Names of the headers that the gateway adds to every answer.</summary>
public static class GatewayHeaders
{
    /// <summary>What all of them begin with; a client's own are not passed on.</summary>
    public const string Prefix = "x-halffull-";

    /// <summary>Number of the request.</summary>
    public const string RequestId = "x-halffull-request-id";

    /// <summary>Replica that answered, as host:port; <c>none</c> when no replica did.</summary>
    public const string Replica = "x-halffull-replica";

    /// <summary>Milliseconds from the arrival of the request until it was sent to the replica that answered.</summary>
    public const string QueueMilliseconds = "x-halffull-queue-ms";

    /// <summary>Sets the headers of an answer that no replica has given yet.</summary>
    internal static void Begin(HttpResponse response, long id)
    {
        response.Headers[RequestId] = id.ToString(CultureInfo.InvariantCulture);
        response.Headers[Replica] = "none";
        response.Headers[QueueMilliseconds] = "0";
    }

    /// <summary>Sets the headers of an answer that a replica gives.</summary>
    internal static void Routed(HttpResponse response, string replica, TimeSpan queued)
    {
        response.Headers[Replica] = replica;
        Waited(response, queued);
    }

    /// <summary>Sets the time for which the request has waited.</summary>
    internal static void Waited(HttpResponse response, TimeSpan queued) =>
        response.Headers[QueueMilliseconds] = Milliseconds(queued);

    // Whole microseconds and no more digits than are needed: formatting a double would cost more than the decision.
    private static string Milliseconds(TimeSpan time)
    {
        var (whole, rest) = Math.DivRem((time.Ticks + (TimeSpan.TicksPerMicrosecond / 2)) / TimeSpan.TicksPerMicrosecond, 1000);
        return rest == 0
            ? whole.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{whole}.{rest:000}").TrimEnd('0');
    }
}
