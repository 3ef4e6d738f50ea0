using System.Globalization;
using System.Text.Json;
using HalfFull.Engine.StepTime;

namespace HalfFull.Simulation.Scenarios;

/// <summary>Reads a scenario from JSON of schema <c>halffull.scenario/1</c> (docs/simulator.md describes the fields).</summary>
public static class ScenarioFile
{
    /// <summary>Schema that the file must name.</summary>
    public const string Schema = "halffull.scenario/1";

    private const int MostRetries = 100;
    private const double MostFactor = 1_000_000;
    private static readonly TimeSpan Latest = TimeSpan.FromDays(3650);
    private static readonly string[] Kinds = ["crash", "slow", "drain", "remove", "add"];

    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">It is missing or no such scenario; the message names file, field and value.</exception>
    public static Scenario Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return File.Exists(path)
            ? Parse(File.ReadAllText(path), path)
            : throw new FormatException($"--scenario: there is no file '{path}'; give a JSON file of schema {Schema}.");
    }

    /// <summary>Reads the text of a file; <paramref name="file"/> is what errors call it.</summary>
    /// <exception cref="FormatException">It is no such scenario; the message names file, field and value.</exception>
    public static Scenario Parse(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            using var document = JsonDocument.Parse(text);
            return Parse(new StrictJsonObject(document.RootElement, file)) with { Name = file };
        }
        catch (JsonException error)
        {
            throw new FormatException($"{file}: line {error.LineNumber + 1} is not valid JSON.", error);
        }
        catch (InvalidDataException error)
        {
            throw new FormatException(error.Message, error);
        }
    }

    private static Scenario Parse(StrictJsonObject json)
    {
        var schema = json.Text("schema");
        if (!string.Equals(schema, Schema, StringComparison.Ordinal))
        {
            throw json.Wrong("schema", $"is '{schema}'; it must be '{Schema}'");
        }

        var retries = json.Has("retries") ? (int)json.Whole("retries", 0, MostRetries) : new Scenario().Retries;
        var links = json.Has("links") ? json.Objects("links").Select(Link).ToArray() : [];
        var events = json.Has("events") ? json.Objects("events").Select(Event).ToArray() : [];
        json.RefuseOthers();
        return new Scenario { Retries = retries, Links = links, Events = events };
    }

    private static ScenarioLink Link(StrictJsonObject json)
    {
        var link = new ScenarioLink(Replica(json, "replica"), Time(json, "roundTrip"));
        json.RefuseOthers();
        return link;
    }

    private static ScenarioEvent Event(StrictJsonObject json)
    {
        var at = Time(json, "at");
        var name = json.Text("event");
        var kind = Array.IndexOf(Kinds, name) switch
        {
            0 => ScenarioKind.Crash,
            1 => ScenarioKind.Slow,
            2 => ScenarioKind.Drain,
            3 => ScenarioKind.Remove,
            4 => ScenarioKind.Add,
            _ => throw json.Wrong("event", $"is '{name}'; it must be one of {string.Join(", ", Kinds)}"),
        };
        var item = new ScenarioEvent(at, kind, Replica(json, kind == ScenarioKind.Add ? "like" : "replica"))
        {
            Lasting = kind switch
            {
                ScenarioKind.Crash => TimeOrNull(json, "restartAfter"),
                ScenarioKind.Add => TimeOrNull(json, "startUp"),
                ScenarioKind.Remove => null,
                _ => TimeOrNull(json, "for"),
            },
            Factor = kind == ScenarioKind.Slow ? Factor(json) : 1,
        };
        json.RefuseOthers();
        return item;
    }

    private static int Replica(StrictJsonObject json, string name) => (int)json.Whole(name, 0, (2 * Fleets.FleetSpec.MostReplicas) - 1);

    private static double Factor(StrictJsonObject json) =>
        json.Number("factor") is > 0 and <= MostFactor and var factor
            ? factor
            : throw json.Wrong("factor", string.Create(CultureInfo.InvariantCulture, $"is {json.Number("factor")}; it must be above 0 and up to {MostFactor:0}"));

    private static TimeSpan? TimeOrNull(StrictJsonObject json, string name) => json.Has(name) ? Time(json, name) : null;

    private static TimeSpan Time(StrictJsonObject json, string name)
    {
        var text = json.Text(name);
        return Duration.TryParse(text, out var time) && time <= Latest ? time : throw json.Wrong(name, $"is '{text}'; it must be {Duration.Accepts}");
    }
}
