using HalfFull.Engine;
using HalfFull.Engine.Hosting;
using HalfFull.Gateway.Http;
using HalfFull.Policies;

namespace HalfFull.Gateway.Workers;

/// <summary>An emulated replica: an OpenAI-compatible server over a real engine loop whose steps take modelled GPU time.</summary>
public sealed class WorkerServer : IAsyncDisposable
{
    private static readonly PolicyCatalog<IEngineScheduler> Engines = PolicyCatalog<IEngineScheduler>.FromAssembly(typeof(IEngineScheduler).Assembly);

    private readonly HttpHost host;

    private WorkerServer(EngineLoop loop, HttpHost host)
    {
        Loop = loop;
        this.host = host;
    }

    /// <summary>Its engine.</summary>
    public EngineLoop Loop { get; }

    /// <summary>Where it listens.</summary>
    public Uri Address => host.Address;

    /// <summary>Starts engine and server.</summary>
    /// <exception cref="PolicyException">The engine policy is unknown, or needs what a worker does not have.</exception>
    /// <exception cref="IOException">It cannot listen.</exception>
    public static async Task<WorkerServer> StartAsync(WorkerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var rates = new EngineRates(options.Limits, options.StepTime);
        var scheduler = Engines.Create(options.Engine, rates, options.Limits, new Rng(options.Seed).Fork("engine"));
        if (scheduler.NeedsPrediction)
        {
            throw new PolicyException($"Engine policy '{options.Engine}' needs predicted output lengths, which a worker does not have; take one that does not.");
        }

        var clock = new EngineClock(options.Time);
        var loop = new EngineLoop(options.Limits, scheduler, rates, new EmulatedRunner(options.StepTime, clock), clock);
        try
        {
            var api = new WorkerApi(options, loop);
            return new WorkerServer(loop, await HttpHost.StartAsync(options.Host, options.Port, options.MostBodyBytes, api.HandleAsync));
        }
        catch
        {
            loop.Dispose();
            throw;
        }
    }

    /// <summary>Takes no new requests and waits for open ones until cancelled.</summary>
    public Task StopAsync(CancellationToken cancellation) => host.StopAsync(cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        Loop.Dispose();
    }
}
