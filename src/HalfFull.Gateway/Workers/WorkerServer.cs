using HalfFull.Engine;
using HalfFull.Engine.Chat;
using HalfFull.Engine.Hosting;
using HalfFull.Engine.Native;
using HalfFull.Engine.StepTime;
using HalfFull.Gateway.Http;
using HalfFull.Policies;
using HalfFull.Prediction;

namespace HalfFull.Gateway.Workers;

/// <summary>A worker: an OpenAI-compatible server over an engine loop, whose steps take modelled GPU time or are those of a real model.</summary>
public sealed class WorkerServer : IAsyncDisposable
{
    private static readonly PolicyCatalog<IEngineScheduler> Engines = PolicyCatalog<IEngineScheduler>.FromAssembly(typeof(IEngineScheduler).Assembly);

    private readonly HttpHost host;
    private readonly IDisposable[] owned;

    private WorkerServer(EngineLoop loop, HttpHost host, params IDisposable[] owned)
    {
        Loop = loop;
        this.host = host;
        this.owned = owned;
    }

    /// <summary>Its engine.</summary>
    public EngineLoop Loop { get; }

    /// <summary>Where it listens.</summary>
    public Uri Address => host.Address;

    /// <summary>Starts an emulated replica.</summary>
    /// <exception cref="PolicyException">The engine policy is unknown, or needs what a worker does not have.</exception>
    /// <exception cref="IOException">It cannot listen.</exception>
    public static async Task<WorkerServer> StartAsync(WorkerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var rates = new EngineRates(options.Limits, options.StepTime);
        var scheduler = Scheduler(options.Engine, rates, options.Limits, options.StepTime, options.Seed);
        var clock = new EngineClock(options.Time);
        var loop = new EngineLoop(options.Limits, scheduler, rates, new EmulatedRunner(options.StepTime, clock), clock);
        try
        {
            var api = new WorkerApi(new EmulatedModel(options), loop, options.MostBodyBytes, options.Time);
            return new WorkerServer(loop, await HttpHost.StartAsync(options.Host, options.Port, options.MostBodyBytes, api.HandleAsync));
        }
        catch
        {
            loop.Dispose();
            throw;
        }
    }

    /// <summary>Loads a real model and serves it.</summary>
    /// <exception cref="PolicyException">The engine policy is unknown, or needs what a worker does not have.</exception>
    /// <exception cref="FormatException">The model's chat template is not known, or more is asked for than the cache holds.</exception>
    /// <exception cref="InvalidDataException">The file is no GGUF file, or a damaged one.</exception>
    /// <exception cref="IOException">The library or the model cannot be used, or it cannot listen.</exception>
    public static async Task<WorkerServer> StartAsync(ModelWorkerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        List<IDisposable> made = [];
        try
        {
            var model = LlamaModel.Load(options.Model, options.GpuLayers, options.Library);
            made.Add(model);
            var template = Template(model, options.ChatTemplate);
            var embedder = LlamaEmbedder.Of(model, Math.Min(options.MaxModelLength ?? int.MaxValue, model.TrainedTokens), options.Context.Threads);
            if (embedder is not null)
            {
                made.Insert(0, embedder);
            }

            var clock = new EngineClock(options.Time);
            var runner = new LlamaRunner(model, options.Context, StepClock.Wall(clock));
            made.Insert(0, runner);
            var limits = Limits(runner, options);
            var stepTime = options.StepTime ?? StepProbe.Measure(runner, limits);
            var rates = new EngineRates(limits, stepTime);
            var scheduler = Scheduler(options.Engine, rates, limits, stepTime, options.Seed);
            var loop = new EngineLoop(limits, scheduler, rates, runner, clock, options.Observer);
            made.Insert(0, loop);
            var api = new WorkerApi(new LlamaWorkerModel(model, template, limits, options.Seed, embedder), loop, options.MostBodyBytes, options.Time);
            return new WorkerServer(loop, await HttpHost.StartAsync(options.Host, options.Port, options.MostBodyBytes, api.HandleAsync), [.. made]);
        }
        catch
        {
            made.ForEach(item => item.Dispose());
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
        foreach (var item in owned)
        {
            item.Dispose();
        }
    }

    private static IEngineScheduler Scheduler(PolicySpec spec, EngineRates rates, EngineLimits limits, IStepTimeModel stepTime, ulong seed)
    {
        var scheduler = Engines.Create(spec, rates, limits, new Rng(seed).Fork("engine"), stepTime, NoPredictor.Instance);
        return scheduler.NeedsPrediction
            ? throw new PolicyException($"Engine policy '{spec}' needs predicted output lengths, which a worker does not have; take one that does not.")
            : scheduler;
    }

    private static IChatTemplate? Template(LlamaModel model, string? name)
    {
        if (name is not null)
        {
            return ChatTemplates.Named(name);
        }

        return model.File.ChatTemplate is not { } program ? null : ChatTemplates.Detect(program)
            ?? throw new FormatException($"The chat template of {model.File.Path} is not known: name the one that it is closest to by --chat-template, one of {string.Join(", ", ChatTemplates.Names)}.");
    }

    private static EngineLimits Limits(LlamaRunner runner, ModelWorkerOptions options)
    {
        try
        {
            return runner.Limits(options.BlockSize, options.KvBlocks, options.MaxModelLength, options.SwapBytes);
        }
        catch (ArgumentException error)
        {
            throw new FormatException(error.Message, error);
        }
    }
}
