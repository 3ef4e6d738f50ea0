using HalfFull.Engine;
using HalfFull.Engine.StepTime;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Prediction;
using HalfFull.Routing;

namespace HalfFull.Simulation.Tests;

/// <summary>Makes the objects that tests arrange.</summary>
internal static class Given
{
    /// <summary>Every step takes 10 ms.</summary>
    internal static readonly IStepTimeModel UnitStep = new LinearStepTime(10_000, 0, 0, 0);

    /// <summary>Steps of different work take different times.</summary>
    internal static readonly IStepTimeModel LinearStep = new LinearStepTime(5_000, 37, 11, 0.3);

    /// <summary>The built-in model of llama-3-8b on one A100.</summary>
    internal static readonly IStepTimeModel RealStep = Entry.Create(StepModelCatalog.FindOverhead(StepModelCatalog.DefaultOverhead));

    /// <summary>An A100 with llama-3-8b, with its own KV capacity and vLLM's limits.</summary>
    internal static readonly ReplicaSpec RealReplica = new(new EngineLimits((int)(Entry.KvCapacityTokens / 16)), RealStep);

    private static StepModelEntry Entry => StepModelCatalog.Find("a100", "llama-3-8b", tp: 1);

    internal static Job Job(long id = 0, double arrival = 0, int prompt = 100, int output = 10, int max = 1000, long[]? hashes = null, int unit = 16) =>
        new(
            new Request(id, TimeSpan.FromSeconds(arrival), prompt, max) { PrefixHashes = hashes, PrefixUnitTokens = hashes is null ? 0 : unit },
            output);

    internal static EngineLimits Limits(int blocks = 1000, int budget = 2048, int seats = 256, int blockSize = 16) =>
        new(blocks) { TokenBudget = budget, MaxSequences = seats, BlockSize = blockSize };

    internal static ReplicaSpec Replica(EngineLimits? limits = null, IStepTimeModel? step = null) => new(limits ?? Limits(), step ?? UnitStep);

    internal static SimulationSetup Setup(string engine = "vllm", string router = "round-robin", params ReplicaSpec[] fleet) => new()
    {
        Fleet = fleet.Length == 0 ? [Replica()] : fleet,
        Engine = PolicySpec.Parse(engine),
        Router = PolicySpec.Parse(router),
        Predictor = NeedsPrediction(engine) || router.Contains("oracle-work", StringComparison.Ordinal) ? PredictorSpec.Oracle : PredictorSpec.None,
        CheckInvariants = true,
    };

    internal static SimulationRun Run(SimulationSetup setup, IEnumerable<Job> jobs, IRouter? router = null)
    {
        var records = new RecordList();
        return new SimulationRun(records.Records, Simulator.Run(setup, jobs, records, router));
    }

    /// <summary>Jobs of equal size whose gaps are exponential.</summary>
    internal static IEnumerable<Job> PoissonJobs(int count, double rate, int prompt, int output, ulong seed = 1)
    {
        var rng = new Rng(seed);
        var now = 0.0;
        for (var id = 0; id < count; id++)
        {
            now += rng.NextExponential() / rate;
            yield return Job(id, now, prompt, output);
        }
    }

    private static bool NeedsPrediction(string engine) =>
        PolicyCatalogs.Engines.Create(PolicySpec.Parse(engine), Limits(), new EngineRates(Limits(), UnitStep), new Rng(1), UnitStep, NoPredictor.Instance).NeedsPrediction;

    private sealed class RecordList : IRecordSink
    {
        internal List<RequestRecord> Records { get; } = [];

        public void Add(in RequestRecord record) => Records.Add(record);
    }
}

/// <summary>What a simulation handed out and what it returned.</summary>
internal sealed record SimulationRun(IReadOnlyList<RequestRecord> Records, SimulationResult Result)
{
    internal RequestRecord this[long id] => Records.Single(record => record.Id == id);

    /// <summary>Fails unless the other run is the same in everything but wall-clock time.</summary>
    internal void AssertSameAs(SimulationRun other, string what)
    {
        Assert.True(Records.Count == other.Records.Count, $"{what}: {Records.Count} records, then {other.Records.Count}.");
        for (var i = 0; i < Records.Count; i++)
        {
            Assert.True(Records[i] == other.Records[i], $"{what}: record {i} was {Records[i]}, then {other.Records[i]}.");
        }

        var (mine, others) = (Counts(Result), Counts(other.Result));
        Assert.True(mine == others, $"{what}: {mine}, then {others}.");
        Assert.True(
            (Result.Handovers?.Count, Result.Handovers?.Waits.Mean, Result.Handovers?.Copies.Mean) == (other.Result.Handovers?.Count, other.Result.Handovers?.Waits.Mean, other.Result.Handovers?.Copies.Mean),
            $"{what}: other hand-overs.");
        Assert.True(Result.RouterLearned.SequenceEqual(other.Result.RouterLearned), $"{what}: the router learned other things.");
        Assert.True(Scaled(Result).SequenceEqual(Scaled(other.Result)), $"{what}: the fleet was scaled differently.");
        Assert.True(Gaps(Result).SequenceEqual(Gaps(other.Result)), $"{what}: the gaps between tokens differ.");
    }

    private static SimulationResult Counts(SimulationResult result) => result with
    {
        Wall = TimeSpan.Zero,
        TokenGaps = NoGaps,
        RouterLearned = [],
        Handovers = null,
        Scaling = result.Scaling is { } scaling ? scaling with { Events = [] } : null,
    };

    private static IEnumerable<ScalingEvent> Scaled(SimulationResult result) => result.Scaling?.Events ?? [];

    private static IEnumerable<double> Gaps(SimulationResult result)
    {
        var gaps = result.TokenGaps;
        return [gaps.Count, gaps.Min, gaps.Max, gaps.Mean, .. Enumerable.Range(0, 101).Select(percent => gaps.Quantile(percent / 100.0))];
    }

    private static readonly LogHistogram NoGaps = new();
}
