using HalfFull.Policies;
using HalfFull.Simulation.Comparisons;
using HalfFull.Simulation.Fleets;
using HalfFull.Simulation.Runs;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Simulation.Tests.Comparisons;

public sealed class ComparisonTests
{
    private static readonly Fleet Four = Fleet.Build(FleetSpec.Of("a100", 4), new FleetOptions());

    [Fact]
    public void Results_do_not_depend_on_how_many_run_at_a_time()
    {
        var (one, four) = (Compare(parallelism: 1), Compare(parallelism: 4));

        Assert.Equal(Hashes(one), Hashes(four));
        Assert.Equal(one.Rows.Select(row => row.Change), four.Rows.Select(row => row.Change));
    }

    [Fact]
    public void Combinations_are_ranked_and_compared_with_the_first()
    {
        var comparison = Compare(parallelism: 2);

        Assert.Null(comparison.Rows[0].Change);
        Assert.All(comparison.Rows.Skip(1), row => Assert.Equal(row.Value / comparison.Rows[0].Value, row.Change!.Value.Ratio, 6));
        Assert.Equal(comparison.Rows.Select(row => row.Value).Order(), comparison.Ranked.Select(row => row.Value));
    }

    [Fact]
    public void An_error_in_a_run_is_the_error_of_the_comparison()
    {
        var combination = new Combination([Plan("srpt", "sal")]);

        Assert.Throws<SimulationException>(() => Comparison.Execute([combination, combination], RankMetric.Parse("ttft"), parallelism: 2));
    }

    private static Comparison Compare(int parallelism) => Comparison.Execute(
        [.. new[] { ("vllm", "random"), ("vllm", "sal"), ("larry", "sal") }.Select(pair => new Combination([Plan(pair.Item1, pair.Item2)]))],
        RankMetric.Parse("ttft"),
        parallelism);

    private static RunPlan Plan(string engine, string router) => new()
    {
        Engine = PolicySpec.Parse(engine),
        Router = PolicySpec.Parse(router),
        Fleet = Four,
        Traffic = new Traffic(WorkloadCatalog.Open("chat", new WorkloadOptions { Limit = 400, RequestsPerSecond = 25 })),
    };

    private static string Hashes(Comparison comparison) => string.Join(" ", comparison.Rows.Select(row => row.Runs[0].Entry.DecisionHash));
}
