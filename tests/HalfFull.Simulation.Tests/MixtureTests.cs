using HalfFull.Metrics;

namespace HalfFull.Simulation.Tests;

/// <summary>
/// First half: many conversations with long prompts of their own, more than one cache holds, so that whoever scatters them computes everything again. Second half: one
/// session sends everything, so that whoever keeps it together overloads a replica.
/// </summary>
public sealed class MixtureTests
{
    private const int Half = 4000;
    private const int Prompt = 2000;
    private const int Unit = 400;
    private const double Gap = 0.05;

    [Fact]
    public void When_the_best_router_changes_half_way_the_mixture_is_near_the_better_one_in_each_half()
    {
        var (session, spread, mixture) = (Run("session"), Run("least-requests"), Run("mixture:of=session+least-requests"));

        // Each half has another winner, by far.
        Assert.True(session.First < spread.First / 2, $"first half: session {session.First:F4} s, least-requests {spread.First:F4} s");
        Assert.True(spread.Second < session.Second / 2, $"second half: session {session.Second:F4} s, least-requests {spread.Second:F4} s");

        Assert.InRange(mixture.First, 0, 1.1 * session.First);
        Assert.InRange(mixture.Second, 0, 1.1 * spread.Second);
    }

    [Fact]
    public void What_it_has_learned_is_in_the_result()
    {
        var run = Given.Run(Setup("mixture:of=session+least-requests"), Jobs());

        Assert.Equal(["session", "least-requests"], run.Result.RouterLearned.Select(static member => member.Name));
        Assert.True(run.Result.RouterLearned[1].Value > 0.8);
        Assert.Empty(Given.Run(Setup("session"), Jobs().Take(10)).Result.RouterLearned);
    }

    /// <summary>Mean times to first token from the second quarter of each half on.</summary>
    private static (double First, double Second) Run(string router)
    {
        var records = Given.Run(Setup(router), Jobs()).Records;
        return (Mean(0), Mean(Half));

        double Mean(int start) => records.Where(record => record.Id >= start + (Half / 4) && record.Id < start + Half).Average(static record => record.Ttft.TotalSeconds);
    }

    private static SimulationSetup Setup(string router)
    {
        var replica = Given.Replica(Given.Limits(blocks: 2000, blockSize: 16), Given.LinearStep);
        return Given.Setup("vllm", router, replica, replica, replica, replica) with { CheckInvariants = false };
    }

    private static IEnumerable<Job> Jobs()
    {
        var rng = new Rng(7);
        var now = 0.0;
        for (var id = 0; id < 2 * Half; id++)
        {
            now += Gap * rng.NextExponential();
            var conversation = rng.NextInt32(40);
            var request = new Request(id, TimeSpan.FromSeconds(now), Prompt, 100);
            yield return new Job(
                id < Half
                    ? request with { Session = $"s{conversation}", PrefixHashes = Chain(conversation), PrefixUnitTokens = Unit }
                    : request with { Session = "the one" },
                5);
        }
    }

    private static long[] Chain(int conversation) => [.. Enumerable.Range(0, Prompt / Unit).Select(unit => (conversation * 100L) + unit)];
}
