using BenchmarkDotNet.Attributes;
using HalfFull.Policies;
using HalfFull.Routing;
using HalfFull.Simulation;

namespace HalfFull.Benchmarks;

/// <summary>One routing decision, the views of the candidates given.</summary>
[MemoryDiagnoser]
public class RouterBenchmark
{
    private const int Requests = 1024;
    private readonly Request[] requests = [.. Enumerable.Range(0, Requests).Select(id => new Request(id, TimeSpan.Zero, 100 + id, 1000))];
    private ReplicaView[] candidates = [];
    private IRouter router = null!;
    private int next;

    /// <summary>Routers of the catalogue.</summary>
    public static IEnumerable<string> Routers => PolicyCatalogs.Routers.Entries.Select(entry => entry.Name);

    /// <summary>The router measured.</summary>
    [ParamsSource(nameof(Routers))]
    public string Router { get; set; } = "";

    /// <summary>Replicas to choose from.</summary>
    [Params(4, 64)]
    public int Candidates { get; set; }

    /// <summary>Makes a router and candidates that differ.</summary>
    [GlobalSetup]
    public void Setup()
    {
        router = PolicyCatalogs.Routers.Create(PolicySpec.Parse(Router), new Rng(1), new RouterSeed(1));
        candidates = Fleets.Views(Candidates);
    }

    /// <summary>Chooses for one request after another.</summary>
    [Benchmark]
    public RouteDecision Choose()
    {
        next = (next + 1) % Requests;
        return router.Choose(new RouteRequest(requests[next], TimeSpan.FromSeconds(1)), candidates, default);
    }
}
