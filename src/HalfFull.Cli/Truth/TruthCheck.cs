using HalfFull.Engine;
using HalfFull.Engine.Hosting;
using HalfFull.Engine.Sampling;
using HalfFull.Engine.StepTime;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Prediction;
using HalfFull.Simulation;

namespace HalfFull.Cli.Truth;

/// <summary>Plays the same requests on a real engine and in the simulator. Both see the same arrivals, lengths, limits, schedulers and seed.</summary>
internal sealed class TruthCheck(LlamaRunner runner, EngineLimits limits, IStepTimeModel stepTime, int vocabulary, ulong seed, IRunObserver? observer)
{
    private int played;

    /// <summary>Compares schedulers at a load, a share of what the simulator completes when all requests arrive at once.</summary>
    public TruthResult Compare(TruthTraffic traffic, double load, IReadOnlyList<string> engines, CancellationToken cancellation)
    {
        var rate = load * Capacity(traffic, cancellation);
        var stretch = (traffic.Count - 1) / rate / Math.Max(1e-9, traffic.Rows[^1].Arrival.TotalSeconds);
        var jobs = traffic.Rows.Select((row, id) => Job(id, row, row.Arrival * stretch)).ToArray();
        var pairs = engines.Select(engine => (Engine: engine, Real: Real(engine, jobs, cancellation), Simulated: Simulated(engine, jobs, cancellation))).ToArray();
        return new TruthResult(
            [.. pairs.Select(pair => Row(pair.Engine, pair.Real, pair.Simulated))],
            Kendall.Tau(Means(pairs.Select(pair => pair.Real), Ttft), Means(pairs.Select(pair => pair.Simulated), Ttft)),
            Kendall.Tau(Means(pairs.Select(pair => pair.Real), E2E), Means(pairs.Select(pair => pair.Simulated), E2E)));
    }

    private static Job Job(int id, Traces.TraceRow row, TimeSpan arrival) => new(new Request(id, arrival, row.PromptTokens, row.OutputTokens), row.OutputTokens);

    private static double Ttft(RequestRecord record) => record.Ttft.TotalSeconds;

    private static double E2E(RequestRecord record) => record.E2E.TotalSeconds;

    private static double[] Means(IEnumerable<IReadOnlyList<RequestRecord>> runs, Func<RequestRecord, double> metric) => [.. runs.Select(records => records.Average(metric))];

    private double Capacity(TruthTraffic traffic, CancellationToken cancellation)
    {
        var records = Simulated("vllm", [.. traffic.Rows.Select((row, id) => Job(id, row, TimeSpan.Zero))], cancellation);
        return records.Count / records.Max(record => record.Finish).TotalSeconds;
    }

    private IReadOnlyList<RequestRecord> Real(string engine, IReadOnlyList<Job> jobs, CancellationToken cancellation)
    {
        var rng = new Rng(seed).Fork("prompts");
        var requests = jobs.Select(job => new ReplayedRequest(
            job.Request,
            job.OutputTokens,
            new GenerationInput(Prompt(rng, job.Request.PromptTokens), new SamplingOptions { Temperature = 0, IgnoreEnd = true }))).ToArray();
        var rates = new EngineRates(limits, stepTime);
        var scheduler = PolicyCatalogs.Engines.Create(PolicySpec.Parse(engine), rates, limits, new Rng(seed).Fork("engine"), stepTime, NoPredictor.Instance);
        return new EngineReplay(limits, scheduler, rates, runner, observer: observer, id: played++).Run(requests, cancellation);
    }

    private List<RequestRecord> Simulated(string engine, IReadOnlyList<Job> jobs, CancellationToken cancellation)
    {
        var sink = new RecordList();
        var setup = new SimulationSetup
        {
            Fleet = [new ReplicaSpec(limits, stepTime)],
            Engine = PolicySpec.Parse(engine),
            Router = PolicySpec.Parse("round-robin"),
            Seed = seed,
        };
        Simulator.Run(setup, jobs, sink, cancellation);
        return sink.Records;
    }

    private int[] Prompt(Rng rng, int tokens)
    {
        var prompt = new int[tokens];
        for (var i = 0; i < tokens; i++)
        {
            prompt[i] = rng.NextInt32(vocabulary);
        }

        return prompt;
    }

    private static TruthRow Row(string engine, IReadOnlyList<RequestRecord> real, IReadOnlyList<RequestRecord> simulated)
    {
        double Error(double quantile, Func<RequestRecord, double?> metric) => (Quantile(simulated, quantile, metric) / Quantile(real, quantile, metric)) - 1;
        return new TruthRow(
            engine,
            Error(0.5, record => Ttft(record)),
            Error(0.99, record => Ttft(record)),
            Error(0.5, record => record.Tpot?.TotalSeconds),
            Error(0.99, record => record.Tpot?.TotalSeconds),
            Error(0.5, record => E2E(record)),
            Error(0.99, record => E2E(record)),
            Quantile(real, 0.5, record => E2E(record)));
    }

    private static double Quantile(IReadOnlyList<RequestRecord> records, double quantile, Func<RequestRecord, double?> metric)
    {
        var values = records.Select(metric).OfType<double>().Order().ToArray();
        return values.Length == 0 ? double.NaN : values[(int)Math.Ceiling(quantile * values.Length) - 1];
    }

    private sealed class RecordList : IRecordSink
    {
        public List<RequestRecord> Records { get; } = [];

        public void Add(in RequestRecord record) => Records.Add(record);
    }
}
