using System.Globalization;
using System.Text;
using System.Text.Json;
using Spectre.Console;

namespace HalfFull.Cli.Output;

/// <summary>An explanation (schema <c>halffull.explain/1</c>) on the screen.</summary>
internal static class ExplanationReport
{
    /// <summary>Prints it.</summary>
    public static void Write(IAnsiConsole screen, JsonElement explanation)
    {
        screen.WriteLine();
        var status = Text(explanation, "status");
        Line("request", $"{Text(explanation, "id")}: {Text(explanation, "state")}{(status is "-" ? string.Empty : $" with status {status}")}");
        Line("arrived", $"{Text(explanation, "arrivalSeconds")} s after the gateway's start, tenant {Text(explanation, "tenant")}, priority {Text(explanation, "priority")}");
        Line("tokens", $"prompt {Text(explanation, "promptTokens")} estimated, {Text(explanation, "toldPromptTokens")} told; output {Text(explanation, "outputTokens")} of at most {Text(explanation, "maxOutputTokens")}");
        Line("sent", $"after {Text(explanation, "sentSeconds")} s");
        Line("TTFT", $"{Text(explanation, "predictedTtftSeconds")} s predicted, {Text(explanation, "ttftSeconds")} s true; ended after {Text(explanation, "endSeconds")} s");
        foreach (var sample in explanation.GetProperty("queue").EnumerateArray())
        {
            var held = Text(sample, "held");
            Line("queue", $"after {Text(sample, "seconds")} s in place {Text(sample, "position")}{(held is "-" ? ", joined" : $", held: {held}")}");
        }

        foreach (var decision in explanation.GetProperty("decisions").EnumerateArray())
        {
            Decision(screen, decision);
        }

        void Line(string name, string text) => screen.MarkupLineInterpolated($" [dim]{name,-11}[/] {text}");
    }

    private static void Decision(IAnsiConsole screen, JsonElement decision)
    {
        screen.WriteLine();
        screen.WriteLine($" Attempt {Text(decision, "attempt")} after {Text(decision, "seconds")} s, router {Text(decision, "router")}: {Text(decision, "decision")}, {Text(decision, "reason")}.");
        var candidates = decision.GetProperty("candidates").EnumerateArray().ToArray();
        if (candidates.Length == 0)
        {
            screen.WriteLine(" Its table is not kept any more.");
            return;
        }

        var parts = candidates[0].GetProperty("parts").EnumerateObject().Select(part => part.Name).ToArray();
        var table = PlainTable.Of(["replica", "score", "missed\nby", "TTFT\ns", .. parts.Select(Heading)]);
        foreach (var candidate in candidates)
        {
            var name = Text(candidate, "name");
            var mark = candidate.GetProperty("chosen").GetBoolean() ? "*" : " ";
            table.AddRow(
                [
                    Markup.Escape($"{mark} {(name is "-" ? Text(candidate, "replica") : name)}"),
                    Text(candidate, "score"),
                    Text(candidate, "missedBy"),
                    Text(candidate, "predictedTtftSeconds"),
                    .. parts.Select(part => Text(candidate.GetProperty("parts"), part)),
                ]);
        }

        screen.Write(table);
    }

    /// <summary>A name such as <c>ownPrefillSeconds</c> as a heading of narrow lines.</summary>
    private static string Heading(string name)
    {
        var heading = new StringBuilder();
        foreach (var letter in name.EndsWith("Seconds", StringComparison.Ordinal) ? $"{name[..^"Seconds".Length]}S" : name)
        {
            heading.Append(char.IsUpper(letter) ? "\n" : string.Empty).Append(char.ToLowerInvariant(letter));
        }

        return heading.ToString();
    }

    private static string Text(JsonElement from, string name) => from.TryGetProperty(name, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetInt64(out var whole) => whole.ToString(CultureInfo.InvariantCulture),
            JsonValueKind.Number => value.GetDouble().ToString("0.####", CultureInfo.InvariantCulture),
            JsonValueKind.String => value.GetString()!,
            _ => "-",
        }
        : "-";
}
