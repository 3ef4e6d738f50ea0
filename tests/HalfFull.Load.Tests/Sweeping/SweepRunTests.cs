using HalfFull.Load.OpenAi;
using HalfFull.Load.Records;
using HalfFull.Load.Sweeping;
using HalfFull.Metrics;

namespace HalfFull.Load.Tests.Sweeping;

public sealed class SweepRunTests
{
    [Fact]
    public async Task A_trace_that_ends_before_the_trial_is_played_again()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Stream(ScriptedServer.Token(), ScriptedServer.Finish, ScriptedServer.Done));
        using var client = new OpenAiClient(new Endpoint(server.Url));
        var load = Given.Plan(Given.Every(10, requests: 5)) with { Duration = Given.Ms(200), Slo = Slo.Parse("e2e=60s") };
        var plan = new SweepPlan(
            load, (rate, _) => new FixedWorkload([.. Enumerable.Range(0, 5).Select(i => Given.Job(i, i * 1000 / rate))]) { RequestsPerSecond = rate }, 0.99, Start: 100, Precision: 0.05, Repeats: 1, Most: 200);
        var trials = new List<SweepTrial>();
        var watched = new List<(double Rate, Func<LiveFigures> Live)>();
        var search = SweepRun.Execute(Given.Target(client), plan, trials.Add, (rate, live) => watched.Add((rate, live)));

        Assert.Equal([20L, 40L], trials.Select(trial => trial.Summary.Requests)); // for 200 ms at 100/s and at 200/s, not 5
        Assert.Equal(200, search.Highest);
        Assert.Equal([100.0, 200.0], watched.Select(one => one.Rate));
    }
}
