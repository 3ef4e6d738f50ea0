using System.Globalization;
using System.Text;
using HalfFull.Engine;
using HalfFull.Metrics;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Simulation.Tests;

/// <summary>
/// Whole summaries of three small scenarios, kept as text beside this file: any change of behaviour shows as a difference to be read and
/// approved. After an intended change run the tests once with HALFFULL_GOLDEN=write.
/// </summary>
public sealed class GoldenSummaryTests
{
    private static readonly bool Write = string.Equals(Environment.GetEnvironmentVariable("HALFFULL_GOLDEN"), "write", StringComparison.Ordinal);

    private static readonly ReplicaSpec SmallReplica = Given.RealReplica with { Limits = new EngineLimits(4000) { MaxSequences = 64 } };

    public static TheoryData<string> Scenarios => ["chat-today", "agents-larry-sal", "reasoning-tight"];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void A_scenario_gives_the_summary_on_record(string scenario)
    {
        var actual = Text(scenario switch
        {
            "chat-today" => Play("chat", 800, 24, Given.Setup("vllm", "round-robin", Given.RealReplica, Given.RealReplica)),
            "agents-larry-sal" => Play("agent-prefix", 600, 1, Given.Setup("larry", "sal", Given.RealReplica, Given.RealReplica)),
            _ => Play("reasoning", 300, 2, Given.Setup("vllm:watermark=0.01", "least-requests", SmallReplica, SmallReplica)),
        });

        var path = Path.Combine(Folder(), $"{scenario}.txt");
        if (Write)
        {
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path), actual, ignoreLineEndingDifferences: true);
    }

    /// <summary>What the paper promises, in the crowd: a short prompt no longer waits behind long ones.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void In_a_crowd_larry_has_the_lower_mean_time_to_first_token(ulong seed)
    {
        var vllm = Play("chat", 2000, 20, Given.Setup("vllm", "round-robin", Given.RealReplica), seed).Summary;
        var larry = Play("chat", 2000, 20, Given.Setup("larry", "round-robin", Given.RealReplica), seed).Summary;

        Assert.True(larry.TtftSeconds.Mean < 0.7 * vllm.TtftSeconds.Mean, $"LARRY {larry.TtftSeconds.Mean} s, vLLM {vllm.TtftSeconds.Mean} s");
        Assert.True(vllm.TtftSeconds.Mean > 1, "There is no crowd.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Sal_has_the_lower_mean_time_to_first_token_than_round_robin(ulong seed)
    {
        ReplicaSpec[] fleet = [Given.RealReplica, Given.RealReplica, Given.RealReplica, Given.RealReplica];
        var roundRobin = Play("chat", 2000, 45, Given.Setup("vllm", "round-robin", fleet), seed).Summary;
        var sal = Play("chat", 2000, 45, Given.Setup("vllm", "sal", fleet), seed).Summary;

        Assert.True(sal.TtftSeconds.Mean < 0.9 * roundRobin.TtftSeconds.Mean, $"SAL {sal.TtftSeconds.Mean} s, round robin {roundRobin.TtftSeconds.Mean} s");
    }

    private static Played Play(string preset, int requests, double rate, SimulationSetup setup, ulong seed = 1)
    {
        var workload = WorkloadCatalog.Open(preset, new WorkloadOptions { Limit = requests, RequestsPerSecond = rate, Seed = seed });
        using var summary = new SummaryBuilder(new Slo(TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(100)), new IsolatedTime(setup.Fleet));
        var result = Simulator.Run(setup with { Seed = seed, CheckInvariants = false }, workload.Jobs(), summary);
        return new Played(summary.Build(result.TokenGaps), result);
    }

    private static string Text(Played played)
    {
        var (summary, result) = played;
        var text = new StringBuilder();
        Line("requests", summary.Requests);
        Line("completed", summary.Completed);
        Line("preemptions", summary.Preemptions);
        Line("recomputed tokens", result.RecomputedTokens);
        Line("steps", result.Steps);
        Line("makespan s", summary.Makespan.TotalSeconds);
        Line("output tokens/s", summary.OutputTokensPerSecond);
        Line("ttft s", summary.TtftSeconds);
        Line("tpot s", summary.TpotSeconds);
        Line("itl s", summary.ItlSeconds);
        Line("e2e s", summary.E2ESeconds);
        Line("queue s", summary.QueueSeconds);
        Line("slowdown", summary.Slowdown);
        Line("slo attainment", summary.SloAttainment);
        Line("kv usage", result.KvUsageMean);
        Line("imbalance", result.Imbalance);
        Line("decision hash", result.DecisionHash.ToString("x16", CultureInfo.InvariantCulture));
        return text.ToString();

        void Line(string name, object value) => text.Append(CultureInfo.InvariantCulture, $"{name,-18}").Append(Value(value)).Append('\n');
    }

    private static string Value(object value) => value switch
    {
        double number => number.ToString("0.000000", CultureInfo.InvariantCulture),
        Distribution d => string.Join(' ', ((double[])[d.Mean, d.P50, d.P90, d.P99, d.Max]).Select(number => Value(number))),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };

    /// <summary>The folder in the source tree, so that writing replaces what is under version control.</summary>
    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "HalfFull.slnx")))
            {
                return Path.Combine(folder.FullName, "tests", "HalfFull.Simulation.Tests", "Golden");
            }
        }

        throw new InvalidOperationException("The tests do not run from within the repository.");
    }

    private sealed record Played(Summary Summary, SimulationResult Result);
}
