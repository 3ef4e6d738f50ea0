using System.Globalization;
using HalfFull.Gateway.Http;
using HalfFull.Gateway.OpenAi;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Access;

/// <summary>
/// What a trusted caller says about the routing of its request. Headers win over the body. In the body <c>priority</c> has vLLM's polarity (lower is more
/// urgent) and is negated; nothing of the body is changed on the way to the replica.
/// </summary>
internal static class RoutingFields
{
    /// <summary>Who pays.</summary>
    public const string Tenant = "x-halffull-tenant";

    /// <summary>Urgency, higher is more urgent.</summary>
    public const string Priority = "x-halffull-priority";

    /// <summary>Conversation that the request belongs to.</summary>
    public const string Session = "x-halffull-session";

    /// <summary>Milliseconds from the arrival within which the whole answer is wanted.</summary>
    public const string DeadlineMilliseconds = "x-halffull-deadline-ms";

    private const int MostNameLength = 128;

    /// <summary>The request as policies see it.</summary>
    /// <param name="request">As scanned: number, arrival and tokens.</param>
    /// <param name="http">Its headers.</param>
    /// <param name="scan">Its body.</param>
    /// <param name="caller">Who sent it.</param>
    /// <param name="most">The longest time that any request may take; null for no such limit.</param>
    /// <exception cref="RequestRefusedException">A header of a trusted caller is not understood.</exception>
    public static Request Apply(Request request, HttpRequest http, in RequestScan scan, Caller caller, TimeSpan? most)
    {
        var deadline = caller.IsTrusted ? DeadlineIn(http) : null;
        deadline = deadline is null || most < deadline ? most : deadline;
        return request with
        {
            Tenant = TenantOf(http, scan, caller),
            Priority = PriorityOf(http, scan, caller),
            Session = caller.IsTrusted ? Name(http, Session) : null,
            Deadline = deadline is { } time ? request.Arrival + time : null,
        };
    }

    private static string? TenantOf(HttpRequest http, in RequestScan scan, Caller caller)
    {
        if (!caller.IsTrusted || caller.Tenant is not null)
        {
            return caller.Tenant;
        }

        // A name that the body gives counts only where nobody pays: it is the end user's, as the client says.
        return Name(http, Tenant) ?? (caller.HasKey ? caller.Name : scan.User);
    }

    private static int PriorityOf(HttpRequest http, in RequestScan scan, Caller caller)
    {
        if (!caller.IsTrusted)
        {
            return 0;
        }

        var asked = Header(http, Priority) is { } text
            ? int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw Refused(Priority, text, "a whole number, higher is more urgent")
            : scan.Priority is { } lowerFirst ? (int)Math.Clamp(-Math.Max(lowerFirst, -long.MaxValue), int.MinValue, int.MaxValue) : caller.Priority;
        return Math.Min(asked, caller.MostPriority);
    }

    private static TimeSpan? DeadlineIn(HttpRequest http) => Header(http, DeadlineMilliseconds) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds > 0 ? TimeSpan.FromMilliseconds(milliseconds)
        : throw Refused(DeadlineMilliseconds, text, "a whole number of milliseconds above 0");

    private static string? Name(HttpRequest http, string header) => Header(http, header) is not { } text ? null
        : text.Length <= MostNameLength ? text
        : throw Refused(header, text[..16] + "...", "at most 128 characters");

    private static string? Header(HttpRequest http, string name) =>
        http.Headers.TryGetValue(name, out var values) && values.ToString().Trim() is { Length: > 0 } text ? text : null;

    private static RequestRefusedException Refused(string header, string value, string accepted) =>
        new(StatusCodes.Status400BadRequest, "invalid_request", $"Header {header}: '{value}' is not accepted: give {accepted}.");
}
