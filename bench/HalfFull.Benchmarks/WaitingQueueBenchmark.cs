using BenchmarkDotNet.Attributes;
using HalfFull.Engine;
using HalfFull.Policies;
using HalfFull.Queueing;
using HalfFull.Simulation;

namespace HalfFull.Benchmarks;

/// <summary>The waiting queue with a hundred thousand requests in it, in each engine policy's order.</summary>
[MemoryDiagnoser]
public class WaitingQueueBenchmark
{
    private const int Waiting = 100_000;
    private const int Spare = 4096;
    private readonly Request[] requests = new Request[Waiting + Spare];
    private readonly int[] handles = new int[Waiting];
    private WaitingQueue<Request> queue = null!;
    private TimeSpan now;
    private int next;

    /// <summary>Engine policies of the catalogue.</summary>
    public static IEnumerable<string> Engines => PolicyCatalogs.Engines.Entries.Select(entry => entry.Name);

    /// <summary>Whose order it is.</summary>
    [ParamsSource(nameof(Engines))]
    public string Engine { get; set; } = "";

    /// <summary>Fills the queue.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var rates = new EngineRates(Fleets.Limits, Fleets.StepTime);
        queue = new WaitingQueue<Request>(Fleets.Scheduler(Engine, rates).Order);
        var rng = new Rng(2);
        for (var i = 0; i < requests.Length; i++)
        {
            requests[i] = new Request(i, TimeSpan.FromMilliseconds(i), 1 + rng.NextInt32(4000), 4096) { PredictedOutputTokens = 1 + rng.NextInt32(500) };
        }

        for (var i = 0; i < Waiting; i++)
        {
            handles[i] = Add(requests[i]);
        }

        now = TimeSpan.FromMilliseconds(requests.Length);
    }

    /// <summary>One comes and one goes, wherever it is in the order.</summary>
    [Benchmark]
    public void RemoveAndAdd()
    {
        next = (next + 7919) % Waiting;
        queue.Remove(handles[next]);
        handles[next] = Add(requests[Waiting + (next % Spare)]);
    }

    /// <summary>A pass that looks at the first only, as a step with a full engine does; the time moves, and with it every key that depends on it.</summary>
    [Benchmark]
    public Request? FirstOfPass()
    {
        now += TimeSpan.FromMilliseconds(20);
        var pass = queue.InOrder(now);
        return pass.MoveNext() ? pass.Current : null;
    }

    private int Add(Request request) => queue.Add(request, new QueueEntry(request, request.PromptTokens, 0));
}
