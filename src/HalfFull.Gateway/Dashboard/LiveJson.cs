using System.Text.Json;
using HalfFull.Gateway.Logging;
using HalfFull.Scheduling;

namespace HalfFull.Gateway.Dashboard;

/// <summary>Writes what changes from second to second. What nobody knows is null, never 0.</summary>
internal static class LiveJson
{
    /// <summary>The first of those waiting.</summary>
    public static void Queue(Utf8JsonWriter json, IReadOnlyList<QueuedRequest> queued, TimeSpan now)
    {
        json.WriteStartArray("next");
        foreach (var (request, lane, position, attempt) in queued)
        {
            json.WriteStartObject();
            json.WriteNumber("id", request.Id);
            json.WriteNumber("lane", lane);
            json.WriteNumber("position", position);
            json.WriteNumber("attempt", attempt);
            json.WriteNumber("ageSeconds", (now - request.Arrival).TotalSeconds);
            json.WriteNumber("promptTokens", request.PromptTokens);
            json.WriteString("tenant", request.Tenant);
            json.WriteNumber("priority", request.Priority);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Latencies now and over the last hour.</summary>
    public static void Latency(Utf8JsonWriter json, LatencyPoint now, LatencyPoint hour)
    {
        json.WriteStartObject("latency");
        json.WritePropertyName("now");
        Point(json, now);
        json.WritePropertyName("hour");
        Point(json, hour);
        json.WriteEndObject();
    }

    /// <summary>The last hour bit by bit.</summary>
    public static void History(Utf8JsonWriter json, IReadOnlyList<LatencyPoint> points)
    {
        json.WriteStartArray("points");
        foreach (var point in points)
        {
            Point(json, point);
        }

        json.WriteEndArray();
    }

    /// <summary>The newest decisions.</summary>
    public static void Decisions(Utf8JsonWriter json, RecentDecisions recent, TimeSpan now)
    {
        json.WriteNumber("skippedDecisions", recent.Skipped);
        json.WriteStartArray("decisions");
        foreach (var decision in recent.Decisions)
        {
            json.WriteStartObject();
            json.WriteNumber("id", decision.Id);
            json.WriteNumber("ageSeconds", (now - decision.Now).TotalSeconds);
            json.WriteNumber("attempt", decision.Attempt);
            json.WriteString("decision", decision.Kind.ToString().ToLowerInvariant());
            json.WriteNumber("replica", decision.Chosen);
            json.WriteString("reason", decision.Reason);
            json.WriteNumber("candidates", decision.Candidates);
            json.WriteString("tenant", decision.Request?.Tenant);
            Number(json, "promptTokens", decision.Request?.PromptTokens);
            Number(json, "waitedSeconds", (decision.Now - decision.Request?.Arrival)?.TotalSeconds);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Point(Utf8JsonWriter json, LatencyPoint point)
    {
        json.WriteStartObject();
        json.WriteNumber("ageSeconds", point.Age.TotalSeconds);
        json.WriteNumber("seconds", point.Length.TotalSeconds);
        json.WriteNumber("firstTokens", point.FirstTokens);
        Number(json, "ttftP50", point.TtftP50);
        Number(json, "ttftP99", point.TtftP99);
        json.WriteNumber("ended", point.Ended);
        Number(json, "tpotP50", point.TpotP50);
        Number(json, "tpotP99", point.TpotP99);
        json.WriteNumber("outputTokens", point.OutputTokens);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
