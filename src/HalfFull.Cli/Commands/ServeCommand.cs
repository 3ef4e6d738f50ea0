using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using HalfFull.Cli.Options;
using HalfFull.Engine.Gguf;
using HalfFull.Engine.Native;
using HalfFull.Gateway;
using HalfFull.Gateway.Configuration;
using HalfFull.Gateway.Tls;
using HalfFull.Gateway.Workers;
using HalfFull.Load.Timing;
using HalfFull.Policies;
using HalfFull.Prediction;
using HalfFull.Simulation;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull serve</c>: the gateway.</summary>
internal sealed class ServeCommand
{
    private const string DefaultReplicas = "3";
    private const string DefaultRouter = "sal";
    private const string DefaultQueue = "larry";
    private const string DefaultEngine = "larry";
    private static readonly TimeSpan ReadyTime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly Option<string?> config = TextOption.Any("--config", "FILE", "Configuration in JSON; what the command line says wins over it, and it is read again when it changes");
    private readonly Option<string?> tlsCertificate = TextOption.Any("--tls-cert", "FILE", "Certificate for HTTPS, PEM or PKCS #12 [default: plain HTTP]");
    private readonly Option<string?> tlsKey = TextOption.Any("--tls-key", "FILE", "Its private key, PEM [default: in the certificate's file]");
    private readonly Option<long?> concurrency = NumberOption.OptionalWhole("--max-concurrency", 1, int.MaxValue, "Requests answered at once; more get 429 [default: any number]");
    private readonly Option<int> port = NumberOption.Whole("--port", 8080, 0, 65_535, "Port to listen on; 0 for any free one");
    private readonly Option<string?> host = TextOption.Any("--host", "ADDRESS", "Address to listen on; configure keys before you open it [default: 127.0.0.1]");
    private readonly Option<ServedReplicas?> replicas = TextOption.Of(
        "--replicas", "N|URL,...", ServedReplicas.Parse, $"Emulated replicas to start, or addresses of servers to use [default: {DefaultReplicas}]");

    private readonly Option<PolicySpec?> router = PolicyOption.Of("--router", "Router", DefaultRouter, PolicyCatalogs.Routers.Validate);
    private readonly Option<PolicySpec?> queue = PolicyOption.Of("--queue", "Queue policy", DefaultQueue, PolicyCatalogs.Queues.Validate);
    private readonly Option<PolicySpec?> engine = PolicyOption.Of("--engine", "Engine scheduler of emulated replicas", DefaultEngine, PolicyCatalogs.Engines.Validate);
    private readonly Option<PredictorSpec?> predict = WorkerPredictOption.Create();
    private readonly Option<int> seed = NumberOption.Whole("--seed", 1, 0, int.MaxValue, "Seed of everything that is drawn");
    private readonly LogOptionSet log = new();
    private readonly Option<int> workers = NumberOption.Whole("--workers", 1, 1, 64, "Engines to start for a real model, each in a process of its own");
    private readonly FleetOptionSet fleet = new(acceptsRange: false);
    private readonly RealModelOptions real = new();

    /// <summary>The command.</summary>
    public static Command Create(CancellationToken cancellation)
    {
        var serve = new ServeCommand();
        var command = new Command("serve", "Serve the OpenAI API in front of several replicas: real servers, a real GGUF model, or emulated ones when none are named.")
        {
            serve.replicas, serve.config, serve.router, serve.queue, serve.engine, serve.predict, serve.port, serve.host, serve.tlsCertificate, serve.tlsKey, serve.concurrency, serve.seed,
            serve.workers,
        };
        serve.log.AddTo(command);
        serve.fleet.AddReplicaTo(command);
        serve.real.AddTo(command);
        command.SetAction(parsed => serve.RunAsync(parsed, cancellation).GetAwaiter().GetResult());
        HelpWithExample.Show(command, "serve", "serve --replicas http://gpu1:8000,http://gpu2:8000 --router sal --queue larry --port 8080", "serve --model my.gguf --engine larry");
        return command;
    }

    private async Task RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var (settings, wanted) = Read(parsed);
        Check(parsed, wanted);
        var options = settings.Options with { Notice = static text => Console.Error.WriteLine($"halffull: {text}") };
        Warn(options);
        using var export = OtlpExport.Start(settings.Telemetry);
        InlineSocketCompletions.Request();
        await using var server = await GatewayServer.StartAsync(options);
        var rehearsal = Rehearsal.OfGatewayAsync(options, cancellation);
        await using var started = wanted.Workers > 0
            ? await WorkerFleet.StartAsync(server, wanted.Workers, OwnProgram.Path, WorkerArguments(parsed, options.Seed), cancellation)
            : null;
        await rehearsal;
        if (!await server.WhenReadyAsync(ReadyTime, cancellation))
        {
            Console.Error.WriteLine($"halffull: not every replica answers yet; {server.Address}api/state tells which, and those that come up are used.");
        }

        await using var watcher = ConfigFile(parsed) is { } file ? new ConfigWatcher(server, file, () => Again(parsed, wanted), ConfigWatcher.DefaultInterval) : null;
        using var hangup = watcher is null ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            _ = watcher.ReloadAsync();
        });
        Greet(server, wanted, options, RealModel(parsed));
        await Waiting.UntilAsync(cancellation);
        Console.WriteLine("Finishing what is open; press Ctrl-C again to leave at once.");
        using var grace = new CancellationTokenSource(server.Options.ShutdownDelay + (settings.Grace ?? Grace));
        await server.StopAsync(grace.Token);
    }

    /// <summary>The path of the configuration; null for none.</summary>
    private string? ConfigFile(ParseResult parsed) => parsed.GetValue(config) ?? EnvironmentText.Of("CONFIG", static text => text);

    /// <summary>The command line, then the environment, then the file, then the defaults.</summary>
    private (GatewayConfig Settings, ServedReplicas Wanted) Read(ParseResult parsed)
    {
        var file = ConfigFile(parsed);
        var read = file is null ? new GatewayConfig(new GatewayOptions()) : GatewayConfig.Read(file);
        var options = read.Options;
        var wanted = RealModel(parsed) is { } model ? Engines(parsed, model) : parsed.GetValue(replicas) ?? EnvironmentText.Of("REPLICAS", ServedReplicas.Parse);
        if (parsed.GetValue(tlsKey) is not null && parsed.GetValue(tlsCertificate) is null)
        {
            throw new FormatException("--tls-key is given without --tls-cert; give both.");
        }

        options = options with
        {
            Router = parsed.GetValue(router) ?? EnvironmentText.Of("ROUTER", Router) ?? options.Router,
            Queue = parsed.GetValue(queue) ?? EnvironmentText.Of("QUEUE", Queue) ?? options.Queue,
            Log = log.Build(parsed) ?? (options.Log is { } logged ? logged with { Warn = LogOptionSet.Warn } : null),
            ExplainRequests = log.ExplainRequests(parsed) ?? options.ExplainRequests,
            Seed = parsed.GetResult(seed) is { Implicit: false } ? (ulong)parsed.GetValue(seed) : options.Seed,
            Host = parsed.GetValue(host) ?? EnvironmentText.Of("HOST", static text => text) ?? options.Host,
            Port = parsed.GetResult(port) is { Implicit: false } ? parsed.GetValue(port) : EnvironmentText.Port ?? options.Port,
            Tls = parsed.GetValue(tlsCertificate) is { } certificate ? new TlsFiles(certificate, parsed.GetValue(tlsKey)) : options.Tls,
            MostConcurrency = (int?)parsed.GetValue(concurrency) ?? options.MostConcurrency,
            Replicas = wanted is null ? options.Replicas : [.. wanted.Addresses],
        };
        wanted ??= options.Replicas.Count > 0
            ? new ServedReplicas(0, [.. options.Replicas.Select(replica => replica.Address)])
            : new ServedReplicas(read.EmulatedReplicas ?? ServedReplicas.Parse(DefaultReplicas).Workers, []);
        return (read with { Options = options }, wanted);
    }

    /// <summary>The options of a file that has changed.</summary>
    private GatewayOptions Again(ParseResult parsed, ServedReplicas started)
    {
        var (settings, wanted) = Read(parsed);
        return wanted.Workers == started.Workers
            ? settings.Options
            : throw new FormatException("The number of emulated replicas cannot change while serve runs; start it again.");
    }

    private static PolicySpec Router(string text)
    {
        var spec = PolicySpec.Parse(text);
        PolicyCatalogs.Routers.Validate(spec);
        return spec;
    }

    private static PolicySpec Queue(string text)
    {
        var spec = PolicySpec.Parse(text);
        PolicyCatalogs.Queues.Validate(spec);
        return spec;
    }

    /// <summary>Says loudly what is dangerous.</summary>
    private static void Warn(GatewayOptions options)
    {
        var isLocal = options.Host is "localhost" || (IPAddress.TryParse(options.Host, out var address) && IPAddress.IsLoopback(address));
        if (!isLocal && options.Keys.Count == 0)
        {
            Console.Error.WriteLine(
                $"halffull: WARNING: it listens on {options.Host} without API keys: whoever reaches the port can use it. Configure keys (halffull key), or listen on 127.0.0.1.");
        }

        if (!isLocal && options.Keys.Count > 0 && options.Tls is null)
        {
            Console.Error.WriteLine("halffull: WARNING: API keys cross the network in plain text: configure TLS, or put something in front that has it.");
        }

        if (options.UpstreamTls.IsInsecure)
        {
            Console.Error.WriteLine("halffull: WARNING: certificates of replicas are not checked (upstream.insecure): whoever sits between can read and change everything.");
        }
    }

    /// <summary>Refuses what would be ignored.</summary>
    private void Check(ParseResult parsed, ServedReplicas wanted)
    {
        var described = fleet.ReplicaArguments(parsed).ToArray();
        if (wanted.Addresses.Count > 0 && (described.Length > 0 || parsed.GetValue(engine) is not null || parsed.GetValue(predict) is not null))
        {
            var option = described.Length > 0 ? described[0] : parsed.GetValue(engine) is not null ? "--engine" : "--predict";
            throw new FormatException($"{option} describes emulated replicas, but --replicas names real servers; leave one of them out.");
        }

        if (fleet.AsksForList(parsed))
        {
            throw new FormatException("serve does not list GPUs or models; 'halffull worker --gpu list' does.");
        }

        if (wanted.Workers > 0)
        {
            // What is wrong is told here, once, and not by every worker.
            CheckWorkers(parsed);
        }
    }

    private void CheckWorkers(ParseResult parsed)
    {
        var predictor = parsed.GetValue(predict) ?? PredictorSpec.None;
        _ = predictor.Create(new Rng(1));
        if (RealModel(parsed) is { } model)
        {
            var library = real.Build(parsed, model, fleet.Numbers(parsed)).Library;
            _ = LlamaLibrary.Load(library);
            return;
        }

        real.RefuseAll(parsed);
        if (parsed.GetResult(workers) is { Implicit: false })
        {
            throw new FormatException("--workers is the number of engines of a real model; emulated replicas are counted by --replicas.");
        }

        var policy = parsed.GetValue(engine) ?? PolicySpec.Parse(DefaultEngine);
        var replica = fleet.BuildReplica(parsed, policy);
        WorkerServer.Check(new WorkerOptions(replica.Limits, replica.StepTime) { Engine = policy, Predictor = predictor });
    }

    private string? RealModel(ParseResult parsed) => fleet.ModelName(parsed) is { } model && RealModelOptions.IsFile(model) ? model : null;

    private ServedReplicas Engines(ParseResult parsed, string model) => parsed.GetValue(replicas) is null
        ? new ServedReplicas(parsed.GetValue(workers), [])
        : throw new FormatException($"--model {model} is a real model, which --workers engines serve; leave out --replicas.");

    private string[] WorkerArguments(ParseResult parsed, ulong drawn) =>
    [
        .. OwnProgram.Arguments,
        "worker",
        "--port", "0",
        WorkerCommand.UntilStdinCloses,
        "--engine", (parsed.GetValue(engine) ?? PolicySpec.Parse(DefaultEngine)).ToString(),
        .. parsed.GetValue(predict) is { } predictor ? (string[])["--predict", predictor.ToString()] : [],
        "--seed", drawn.ToString(System.Globalization.CultureInfo.InvariantCulture),
        .. fleet.ReplicaArguments(parsed),
        .. real.Arguments(parsed),
    ];

    private static void Greet(GatewayServer server, ServedReplicas wanted, GatewayOptions options, string? realModel)
    {
        var what = realModel is not null ? $"{realModel} by {wanted.Workers} {(wanted.Workers == 1 ? "engine" : "engines")}"
            : wanted.Workers > 0 ? $"{wanted.Workers} emulated replicas" : $"{wanted.Addresses.Count} replicas";
        var model = realModel is not null ? GgufFile.Read(realModel).Name : wanted.Workers > 0 ? "halffull-emulated" : "MODEL";
        var url = server.Address.AbsoluteUri.TrimEnd('/');
        var key = options.Keys.Count > 0 ? " -H 'authorization: Bearer KEY'" : string.Empty;
        Console.WriteLine($"halffull serves {what}, router {options.Router}, queue {options.Queue}, on {url}");
        Console.WriteLine();
        Console.WriteLine($"  curl {url}/v1/chat/completions -H 'content-type: application/json'{key} \\");
        Console.WriteLine($"    -d '{{\"model\":\"{model}\",\"stream\":true,\"max_tokens\":20,\"messages\":[{{\"role\":\"user\",\"content\":\"Is the GPU half empty?\"}}]}}'");
        Console.WriteLine();
        Console.WriteLine($"Dashboard: {url}/   state: {url}/api/state   metrics: {url}/metrics   Ctrl-C ends it.");
    }
}
