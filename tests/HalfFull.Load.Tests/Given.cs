using HalfFull.Load.OpenAi;
using HalfFull.Load.Plans;
using HalfFull.Load.Prompts;
using HalfFull.Load.Records;
using HalfFull.Load.Runs;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Load.Tests;

/// <summary>Test objects.</summary>
internal static class Given
{
    public static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    public static Job Job(long id, double arrivalMs = 0, int prompt = 10, int output = 4) =>
        new(new Request(id, Ms(arrivalMs), prompt, 100), output);

    /// <summary>Requests at regular times.</summary>
    public static FixedWorkload Every(double milliseconds, int requests, int output = 4) =>
        new([.. Enumerable.Range(0, requests).Select(i => Job(i, i * milliseconds, output: output))]);

    public static LoadPlan Plan(IWorkload workload) => new() { Workload = workload, Timeout = TimeSpan.FromSeconds(30) };

    public static Target Target(OpenAiClient client) =>
        new(client, "test", new ServerSupport(IgnoreEos: true, StreamUsage: true), new PromptText(1, TokenCalibration.None));

    public static LoadRecord Record(long id = 0, LoadOutcome outcome = LoadOutcome.Completed, ErrorClass error = ErrorClass.None, double ttftMs = 50, double e2eMs = 250, int output = 5) => new()
    {
        Id = id,
        MeasuredId = id,
        Scheduled = Ms(id * 10),
        Sent = Ms((id * 10) + 1),
        FirstToken = Ms((id * 10) + ttftMs),
        LastToken = Ms((id * 10) + e2eMs),
        End = Ms((id * 10) + e2eMs),
        Deltas = output,
        HasText = output > 0,
        Outcome = outcome,
        Error = error,
    };

    /// <summary>Plays a plan against an address and gives the summary and all records.</summary>
    public static (LoadSummary Summary, List<LoadRecord> Records) Run(LoadPlan plan, Uri url, HttpMessageHandler? handler = null, CancellationToken interrupt = default)
    {
        using var client = new OpenAiClient(new Endpoint(url), handler);
        var kept = new KeptRecords();
        using var recorder = new LoadRecorder(plan.Slo, kept);
        LoadRun.Execute(Target(client), plan, recorder, interrupt);
        return (recorder.Build(new Rng(1)), kept.All);
    }

    internal sealed class KeptRecords : ILoadRecordSink
    {
        public List<LoadRecord> All { get; } = [];

        public void Add(in LoadRecord record, ReadOnlySpan<long> gaps) => All.Add(record);
    }
}

/// <summary>Jobs that are listed.</summary>
internal sealed class FixedWorkload(IReadOnlyList<Job> jobs) : IWorkload
{
    public string Name => "fixed";

    public string Sha256 => new('0', 64);

    public long Requests => jobs.Count;

    public double RequestsPerSecond { get; init; } = 1;

    public double RateScale => 1;

    public int OutputLimit => 100;

    public int LongestPromptTokens => jobs.Max(job => job.Request.PromptTokens);

    public int LongestOutputTokens => jobs.Max(job => job.OutputTokens);

    /// <summary>Called whenever the jobs are looked up.</summary>
    public Action Opening { get; init; } = static () => { };

    public IEnumerable<Job> Jobs()
    {
        Opening();
        return jobs;
    }
}
