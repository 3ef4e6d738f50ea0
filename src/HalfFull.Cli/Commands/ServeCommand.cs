using System.CommandLine;
using HalfFull.Cli.Options;
using HalfFull.Engine.StepTime;
using HalfFull.Gateway;
using HalfFull.Gateway.Workers;
using HalfFull.Policies;
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

    private readonly Option<int> port = NumberOption.Whole("--port", 8080, 0, 65_535, "Port to listen on; 0 for any free one");
    private readonly Option<string?> host = TextOption.Any("--host", "ADDRESS", "Address to listen on; there are no keys yet, so think before you open it [default: 127.0.0.1]");
    private readonly Option<ServedReplicas?> replicas = TextOption.Of(
        "--replicas", "N|URL,...", ServedReplicas.Parse, $"Emulated replicas to start, or addresses of servers to use [default: {DefaultReplicas}]");

    private readonly Option<PolicySpec?> router = PolicyOption.Of("--router", "Router", DefaultRouter, PolicyCatalogs.Routers.Validate);
    private readonly Option<PolicySpec?> queue = PolicyOption.Of("--queue", "Queue policy", DefaultQueue, PolicyCatalogs.Queues.Validate);
    private readonly Option<PolicySpec?> engine = PolicyOption.Of("--engine", "Engine scheduler of emulated replicas", DefaultEngine, PolicyCatalogs.Engines.Validate);
    private readonly Option<int> seed = NumberOption.Whole("--seed", 1, 0, int.MaxValue, "Seed of everything that is drawn");
    private readonly LogOptionSet log = new();
    private readonly FleetOptionSet fleet = new(acceptsRange: false);

    /// <summary>The command.</summary>
    public static Command Create(CancellationToken cancellation)
    {
        var serve = new ServeCommand();
        var command = new Command("serve", "Serve the OpenAI API in front of several replicas: real servers, or emulated ones when none are named.")
        {
            serve.replicas, serve.router, serve.queue, serve.engine, serve.port, serve.host, serve.seed,
        };
        serve.log.AddTo(command);
        serve.fleet.AddReplicaTo(command);
        command.SetAction(parsed => serve.RunAsync(parsed, cancellation).GetAwaiter().GetResult());
        HelpWithExample.Show(command, "serve", "serve --replicas http://gpu1:8000,http://gpu2:8000 --router sal --queue larry --port 8080");
        return command;
    }

    private async Task RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var wanted = parsed.GetValue(replicas) ?? ServedReplicas.Parse(DefaultReplicas);
        Check(parsed, wanted);
        var options = new GatewayOptions
        {
            Router = parsed.GetValue(router) ?? PolicySpec.Parse(DefaultRouter),
            Queue = parsed.GetValue(queue) ?? PolicySpec.Parse(DefaultQueue),
            Seed = (ulong)parsed.GetValue(seed),
            Host = parsed.GetValue(host) ?? "127.0.0.1",
            Port = parsed.GetValue(port),
            Replicas = wanted.Addresses,
            Log = log.Build(parsed),
            ExplainRequests = log.ExplainRequests(parsed),
        };
        await using var server = await GatewayServer.StartAsync(options);
        var rehearsal = Rehearsal.OfGatewayAsync(options, cancellation);
        await using var workers = wanted.Workers > 0
            ? await WorkerFleet.StartAsync(server, wanted.Workers, OwnProgram.Path, WorkerArguments(parsed), cancellation)
            : null;
        await rehearsal;
        if (!await server.WhenReadyAsync(ReadyTime, cancellation))
        {
            Console.Error.WriteLine($"halffull: not every replica answers yet; {server.Address}api/state tells which, and those that come up are used.");
        }

        Greet(server, wanted, options);
        await Waiting.UntilAsync(cancellation);
        Console.WriteLine("Finishing what is open; press Ctrl-C again to leave at once.");
        using var grace = new CancellationTokenSource(Grace);
        await server.StopAsync(grace.Token);
    }

    /// <summary>Refuses what would be ignored.</summary>
    private void Check(ParseResult parsed, ServedReplicas wanted)
    {
        var described = fleet.ReplicaArguments(parsed).ToArray();
        if (wanted.Addresses.Count > 0 && (described.Length > 0 || parsed.GetValue(engine) is not null))
        {
            var option = described.Length > 0 ? described[0] : "--engine";
            throw new FormatException($"{option} describes emulated replicas, but --replicas names real servers; leave one of them out.");
        }

        if (fleet.ModelName(parsed) is { } model && (model.Contains('/', StringComparison.Ordinal) || model.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)) && !IsCatalogued(model))
        {
            throw new FormatException($"--model {model} is a real model, which serve cannot run yet: give the step model of emulated replicas, such as llama-3-8b.");
        }

        if (fleet.AsksForList(parsed))
        {
            throw new FormatException("serve does not list GPUs or models; 'halffull worker --gpu list' does.");
        }

        if (wanted.Workers > 0)
        {
            // A wrong name is told here, once, and not by every worker.
            _ = fleet.BuildReplica(parsed);
        }
    }

    private static bool IsCatalogued(string model) =>
        StepModelCatalog.Models.Any(known => string.Equals(known.Name, ModelName.Canonical(model), StringComparison.Ordinal));

    private string[] WorkerArguments(ParseResult parsed) =>
    [
        .. OwnProgram.Arguments,
        "worker",
        "--port", "0",
        WorkerCommand.UntilStdinCloses,
        "--engine", (parsed.GetValue(engine) ?? PolicySpec.Parse(DefaultEngine)).ToString(),
        "--seed", parsed.GetValue(seed).ToString(System.Globalization.CultureInfo.InvariantCulture),
        .. fleet.ReplicaArguments(parsed),
    ];

    private static void Greet(GatewayServer server, ServedReplicas wanted, GatewayOptions options)
    {
        var what = wanted.Workers > 0 ? $"{wanted.Workers} emulated replicas" : $"{wanted.Addresses.Count} replicas";
        var model = wanted.Workers > 0 ? "halffull-emulated" : "MODEL";
        var url = server.Address.AbsoluteUri.TrimEnd('/');
        Console.WriteLine($"halffull serves {what}, router {options.Router}, queue {options.Queue}, on {url}");
        Console.WriteLine();
        Console.WriteLine($"  curl {url}/v1/chat/completions -H 'content-type: application/json' \\");
        Console.WriteLine($"    -d '{{\"model\":\"{model}\",\"stream\":true,\"max_tokens\":20,\"messages\":[{{\"role\":\"user\",\"content\":\"Is the GPU half empty?\"}}]}}'");
        Console.WriteLine();
        Console.WriteLine($"State: {url}/api/state   metrics: {url}/metrics   Ctrl-C ends it.");
    }
}
