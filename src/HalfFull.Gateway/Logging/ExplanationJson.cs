using System.Text.Json;
using HalfFull.Routing;
using HalfFull.Scheduling;

namespace HalfFull.Gateway.Logging;

/// <summary>Writes an explanation as JSON, schema <c>halffull.explain/1</c>: fields may be added, never renamed. What nobody knows is null, never 0.</summary>
public static class ExplanationJson
{
    /// <summary>Writes the members of an explanation into an object that is begun.</summary>
    /// <param name="json">The writer.</param>
    /// <param name="explanation">The explanation.</param>
    /// <param name="nameOf">Name of a replica by its number; null when it has none any more.</param>
    public static void Write(Utf8JsonWriter json, Explanation explanation, Func<int, string?> nameOf)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(explanation);
        ArgumentNullException.ThrowIfNull(nameOf);
        json.WriteString("schema", "halffull.explain/1");
        json.WriteNumber("id", explanation.Id);
        json.WriteString("state", explanation.Finished is { } ended ? ended.Ending.ToString().ToLowerInvariant() : "open");
        Number(json, "status", explanation.Finished?.Status);
        json.WriteNumber("arrivalSeconds", explanation.Arrival.TotalSeconds);
        json.WriteNumber("promptTokens", explanation.PromptTokens);
        json.WriteNumber("maxOutputTokens", explanation.MaxOutputTokens);
        json.WriteString("tenant", explanation.Tenant);
        json.WriteNumber("priority", explanation.Priority);
        var sent = explanation.Finished?.Sent ?? explanation.Decisions.LastOrDefault(decision => decision.Kind == RouteKind.Route)?.Now;
        Number(json, "sentSeconds", (sent - explanation.Arrival)?.TotalSeconds);
        Number(json, "predictedTtftSeconds", PredictedTtft(explanation, sent));
        Number(json, "ttftSeconds", (explanation.Finished?.FirstToken - explanation.Arrival)?.TotalSeconds);
        Number(json, "endSeconds", (explanation.Finished?.End - explanation.Arrival)?.TotalSeconds);
        Number(json, "toldPromptTokens", explanation.Finished?.PromptTokens);
        Number(json, "outputTokens", explanation.Finished?.OutputTokens);
        json.WriteStartArray("queue");
        foreach (var sample in explanation.Queue)
        {
            json.WriteStartObject();
            json.WriteNumber("seconds", (sample.At - explanation.Arrival).TotalSeconds);
            json.WriteNumber("position", sample.Position);
            json.WriteString("held", sample.Held == HeldReason.None ? null : sample.Held.ToString().ToLowerInvariant());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("decisions");
        foreach (var decision in explanation.Decisions)
        {
            Decision(json, explanation, decision, nameOf);
        }

        json.WriteEndArray();
    }

    private static double? PredictedTtft(Explanation explanation, TimeSpan? sent)
    {
        var last = explanation.Decisions.LastOrDefault(decision => decision.Kind == RouteKind.Route);
        var seconds = last?.Candidates.FirstOrDefault(candidate => candidate.Replica == last.Chosen)?.PredictedTtftSeconds;
        return (sent - explanation.Arrival)?.TotalSeconds + seconds;
    }

    private static void Decision(Utf8JsonWriter json, Explanation explanation, ExplainedDecision decision, Func<int, string?> nameOf)
    {
        json.WriteStartObject();
        json.WriteString("router", decision.Router);
        json.WriteNumber("seconds", (decision.Now - explanation.Arrival).TotalSeconds);
        json.WriteNumber("attempt", decision.Attempt);
        json.WriteString("decision", decision.Kind.ToString().ToLowerInvariant());
        json.WriteString("reason", decision.Reason);
        var best = decision.Candidates.FirstOrDefault(candidate => candidate.Replica == decision.Chosen)?.Score;
        json.WriteStartArray("candidates");
        foreach (var candidate in decision.Candidates)
        {
            json.WriteStartObject();
            json.WriteNumber("replica", candidate.Replica);
            json.WriteString("name", nameOf(candidate.Replica));
            json.WriteBoolean("chosen", candidate.Replica == decision.Chosen);
            Number(json, "score", candidate.Score);
            Number(json, "missedBy", candidate.Score - best);
            Number(json, "predictedTtftSeconds", (decision.Now - explanation.Arrival).TotalSeconds + candidate.PredictedTtftSeconds);
            json.WriteStartObject("parts");
            for (var i = 0; i < candidate.Parts.Count; i++)
            {
                Number(json, decision.PartNames[i], candidate.Parts[i]);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } known && double.IsFinite(known))
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
