using HalfFull.Simulation.Scenarios;

namespace HalfFull.Simulation.Tests.Scenarios;

public sealed class ScenarioFileTests
{
    private const string Whole = """
        { "schema": "halffull.scenario/1", "retries": 1,
          "links": [ { "replica": 2, "roundTrip": "20ms" } ],
          "events": [
            { "at": "60s", "event": "crash", "replica": 0, "restartAfter": "30s" },
            { "at": "90s", "event": "slow", "replica": 1, "factor": 2.5, "for": "1min" },
            { "at": "2min", "event": "drain", "replica": 2 },
            { "at": "3min", "event": "add", "like": 1, "startUp": "45s" },
            { "at": "4min", "event": "remove", "replica": 3 } ] }
        """;

    [Fact]
    public void A_file_is_read_whole()
    {
        var scenario = ScenarioFile.Parse(Whole, "s.json");

        Assert.Equal(("s.json", 1), (scenario.Name, scenario.Retries));
        Assert.Equal([new ScenarioLink(2, TimeSpan.FromMilliseconds(20))], scenario.Links);
        Assert.Equal(
            [
                new ScenarioEvent(TimeSpan.FromSeconds(60), ScenarioKind.Crash, 0) { Lasting = TimeSpan.FromSeconds(30) },
                new ScenarioEvent(TimeSpan.FromSeconds(90), ScenarioKind.Slow, 1) { Lasting = TimeSpan.FromMinutes(1), Factor = 2.5 },
                new ScenarioEvent(TimeSpan.FromMinutes(2), ScenarioKind.Drain, 2),
                new ScenarioEvent(TimeSpan.FromMinutes(3), ScenarioKind.Add, 1) { Lasting = TimeSpan.FromSeconds(45) },
                new ScenarioEvent(TimeSpan.FromMinutes(4), ScenarioKind.Remove, 3),
            ],
            scenario.Events);
    }

    [Fact]
    public void Added_replicas_are_numbered_after_the_fleet_and_links_may_name_them()
    {
        var (small, large) = (Given.Replica(Given.Limits(blocks: 10)), Given.Replica(Given.Limits(blocks: 20)));
        var scenario = ScenarioFile.Parse(Whole.Replace("\"replica\": 2, \"roundTrip\"", "\"replica\": 3, \"roundTrip\"", StringComparison.Ordinal), "s.json");
        var specs = scenario.Specs([small, large, small]);

        Assert.Equal([small, large, small, large with { Latency = TimeSpan.FromMilliseconds(20) }], specs);
    }

    [Theory]
    [InlineData("\"60s\"", "\"60\"", "s.json: field 'events[0].at' is '60'; it must be a duration such as 250ms, 2s, 3min or 1h.")]
    [InlineData("\"60s\"", "60", "s.json: field 'events[0].at' is a number; it must be a string.")]
    [InlineData("crash", "burn", "s.json: field 'events[0].event' is 'burn'; it must be one of crash, slow, drain, remove, add.")]
    [InlineData("2.5", "0", "s.json: field 'events[1].factor' is 0; it must be above 0 and up to 1000000.")]
    [InlineData("\"retries\": 1", "\"retries\": -1", "s.json: field 'retries' is -1; it must be a whole number from 0 to 100.")]
    [InlineData("\"retries\"", "\"tries\"", "s.json: field 'tries' is unknown; known here: schema, retries, links, events.")]
    [InlineData("\"like\": 1", "\"replica\": 1", "s.json: field 'events[3].like' is missing.")]
    [InlineData("\"restartAfter\"", "\"for\"", "s.json: field 'events[0].for' is unknown; known here: at, event, replica, restartAfter.")]
    [InlineData("scenario/1", "scenario/2", "s.json: field 'schema' is 'halffull.scenario/2'; it must be 'halffull.scenario/1'.")]
    [InlineData("\"links\":", "links:", "s.json: line 2 is not valid JSON.")]
    public void What_is_wrong_is_refused_with_file_field_and_value(string right, string wrong, string sentence)
    {
        var error = Assert.Throws<FormatException>(() => ScenarioFile.Parse(Whole.Replace(right, wrong, StringComparison.Ordinal), "s.json"));

        Assert.Equal(sentence, error.Message);
    }

    [Theory]
    [InlineData("\"replica\": 3 }", "\"replica\": 4 }", "s.json: field 'events[4].replica' is 4; the fleet has replicas 0 to 3 there.")]
    [InlineData("\"like\": 1", "\"like\": 3", "s.json: field 'events[3].like' is 3; the fleet has replicas 0 to 2 there.")]
    [InlineData("\"replica\": 2, \"roundTrip\"", "\"replica\": 9, \"roundTrip\"", "s.json: field 'links[0].replica' is 9; the fleet has replicas 0 to 3 there.")]
    public void A_replica_that_will_never_be_is_refused(string right, string wrong, string sentence)
    {
        var scenario = ScenarioFile.Parse(Whole.Replace(right, wrong, StringComparison.Ordinal), "s.json");
        var setup = Given.Setup("vllm", "round-robin", Given.Replica(), Given.Replica(), Given.Replica()) with { Scenario = scenario };

        var error = Assert.Throws<SimulationException>(() => Given.Run(setup, []));
        Assert.Equal(sentence, error.Message);
    }
}
