using HalfFull.Simulation.Workloads;

namespace HalfFull.Simulation.Tests;

public sealed class DeterminismTests
{
    public static TheoryData<string> Routers => [.. PolicyCatalogs.Routers.Entries.Select(entry => entry.Name)];

    public static TheoryData<string> RoutersWithoutChance => ["round-robin", "least-requests", "least-tokens", "sal"];

    [Theory]
    [MemberData(nameof(Routers))]
    public void The_same_setup_gives_the_same_run(string router)
    {
        var setup = Setup(router);
        Given.Run(setup, Chat()).AssertSameAs(Given.Run(setup, Chat()), router);
    }

    [Theory]
    [MemberData(nameof(Routers))]
    public void A_router_never_changes_the_workload(string router)
    {
        var played = new List<Job>();
        Given.Run(Setup(router), Chat().Select(job => Note(job, played)));

        Assert.Equal(Chat(), played);
    }

    [Fact]
    public void Another_seed_changes_what_a_random_router_does_and_not_what_it_is_given()
    {
        var one = Given.Run(Setup("random"), Chat());
        var two = Given.Run(Setup("random") with { Seed = 2 }, Chat());

        Assert.NotEqual(one.Result.DecisionHash, two.Result.DecisionHash);
        Assert.NotEqual(ReplicasById(one), ReplicasById(two));
        Assert.Equal(InputsById(one), InputsById(two));
    }

    [Fact]
    public void Another_seed_changes_nothing_where_nothing_is_drawn() =>
        Given.Run(Setup("round-robin"), Chat()).AssertSameAs(Given.Run(Setup("round-robin") with { Seed = 2 }, Chat()), "round-robin, seeds 1 and 2");

    [Theory]
    [MemberData(nameof(RoutersWithoutChance))]
    public void With_one_replica_every_router_gives_the_same_run(string router)
    {
        var alone = Given.Run(Setup("round-robin") with { Fleet = [Given.RealReplica] }, Chat());
        var run = Given.Run(Setup(router) with { Fleet = [Given.RealReplica] }, Chat());

        alone.AssertSameAs(run, router);
    }

    [Fact]
    public void Another_decision_gives_another_hash()
    {
        // Some policies decide alike where their idea does not matter (no priorities, no tenants), so these are told apart by what they are given here.
        var runs = new[] { "vllm", "vllm-v0", "sarathi", "sjf-prompt", "larry", "vllm:victim=fewest-outputs" }
            .Select(engine => Given.Run(Given.Setup(engine, "round-robin", Given.Replica(Given.Limits(blocks: 200, budget: 256), Given.LinearStep)), Chat()));

        Assert.Distinct(runs.Select(run => run.Result.DecisionHash));
    }

    private static Job Note(Job job, List<Job> played)
    {
        played.Add(job);
        return job;
    }

    private static IEnumerable<Job> Chat() =>
        WorkloadCatalog.Open("chat", new WorkloadOptions { Limit = 400, RequestsPerSecond = 20 }).Jobs();

    private static SimulationSetup Setup(string router) => Given.Setup("larry", router, Given.RealReplica, Given.RealReplica, Given.RealReplica);

    private static IEnumerable<int> ReplicasById(SimulationRun run) => run.Records.OrderBy(record => record.Id).Select(record => record.Replica);

    private static IEnumerable<(TimeSpan, int, int)> InputsById(SimulationRun run) =>
        run.Records.OrderBy(record => record.Id).Select(record => (record.Arrival, record.PromptTokens, record.OutputTokens));
}
