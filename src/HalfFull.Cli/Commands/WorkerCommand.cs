using System.CommandLine;
using HalfFull.Cli.Options;
using HalfFull.Cli.Output;
using HalfFull.Engine;
using HalfFull.Gateway;
using HalfFull.Gateway.Workers;
using HalfFull.Policies;
using HalfFull.Simulation;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull worker</c>: one engine, emulated or with a real model.</summary>
internal sealed class WorkerCommand
{
    /// <summary>Ends the worker with its standard input, as <c>serve</c> wants it.</summary>
    public const string UntilStdinCloses = "--until-stdin-closes";

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly Option<int> port = NumberOption.Whole("--port", 8000, 0, 65_535, "Port to listen on; 0 for any free one");
    private readonly Option<string?> host = TextOption.Any("--host", "ADDRESS", "Address to listen on [default: 127.0.0.1]");
    private readonly Option<PolicySpec?> engine = PolicyOption.Of("--engine", "Engine scheduler", "vllm", PolicyCatalogs.Engines.Validate);
    private readonly Option<int> seed = NumberOption.Whole("--seed", 1, 0, int.MaxValue, "Seed of what the scheduler draws");
    private readonly Option<bool> untilStdinCloses = new(UntilStdinCloses) { Description = "End when standard input is closed, as it is when the parent process ends" };
    private readonly Option<string?> perfetto = TextOption.Any("--perfetto", "FILE.json", "Write every step and request of a real model as a trace for ui.perfetto.dev, when the worker ends");
    private readonly FleetOptionSet fleet = new(acceptsRange: false);
    private readonly RealModelOptions real = new();

    /// <summary>The command.</summary>
    public static Command Create(IReadOnlyList<string> args, CancellationToken cancellation)
    {
        var worker = new WorkerCommand();
        var command = new Command("worker", "Serve the OpenAI API from one engine: an emulated replica, whose steps take modelled GPU time, or a real GGUF model.")
        {
            worker.port, worker.host, worker.engine, worker.seed, worker.untilStdinCloses, worker.perfetto,
        };
        worker.fleet.AddReplicaTo(command);
        worker.real.AddTo(command);
        command.SetAction(parsed => worker.RunAsync(parsed, args, cancellation).GetAwaiter().GetResult());
        HelpWithExample.Show(command, "worker --port 8001 --gpu a100 --model llama-3-8b --engine larry", "worker --port 8001 --model my.gguf --engine larry");
        return command;
    }

    private async Task RunAsync(ParseResult parsed, IReadOnlyList<string> args, CancellationToken cancellation)
    {
        if (fleet.AsksForList(parsed))
        {
            var (gpu, model) = fleet.ListFilter(parsed);
            StepModelTable.Write(Screen.Output(), gpu, model);
            return;
        }

        var policy = parsed.GetValue(engine) ?? PolicySpec.Parse("vllm");
        using var trace = PerfettoOutput.Open(parsed.GetValue(perfetto));
        await ServeAsync(parsed, args, policy, trace, cancellation);
        trace?.Commit();
    }

    private async Task ServeAsync(ParseResult parsed, IReadOnlyList<string> args, PolicySpec policy, PerfettoOutput? trace, CancellationToken cancellation)
    {
        await using var server = fleet.ModelName(parsed) is { } file && RealModelOptions.IsFile(file)
            ? await StartModelAsync(parsed, file, policy, trace?.Begin(args, [$"engine ({policy})"], file))
            : await StartEmulatedAsync(parsed, policy, cancellation);

        // The address comes last on the line: a parent process reads it there.
        Console.WriteLine($"halffull worker listens on {server.Address}");
        if (parsed.GetValue(untilStdinCloses))
        {
            // Ctrl-C reaches the whole group of processes; the parent finishes its streams first and then closes the input.
            await Task.WhenAny(EndOfInputAsync(), server.Loop.Ended);
            ThrowFault(server);
            return;
        }

        await Task.WhenAny(Waiting.UntilAsync(cancellation), server.Loop.Ended);
        ThrowFault(server);
        using var grace = new CancellationTokenSource(Grace);
        await server.StopAsync(grace.Token);
    }

    private Task<WorkerServer> StartModelAsync(ParseResult parsed, string model, PolicySpec policy, IRunObserver? observer) =>
        WorkerServer.StartAsync(real.Build(parsed, model, fleet.Numbers(parsed)) with
        {
            Engine = policy,
            Observer = observer,
            Seed = (ulong)parsed.GetValue(seed),
            Host = parsed.GetValue(host) ?? "127.0.0.1",
            Port = parsed.GetValue(port),
        });

    private async Task<WorkerServer> StartEmulatedAsync(ParseResult parsed, PolicySpec policy, CancellationToken cancellation)
    {
        real.RefuseAll(parsed);
        if (parsed.GetValue(perfetto) is not null)
        {
            throw new FormatException("--perfetto writes what a real model's engine does; give --model a GGUF file, or see 'halffull simulate --perfetto'.");
        }

        var replica = fleet.BuildReplica(parsed, policy);
        await Rehearsal.OfWorkerAsync(policy, cancellation);
        return await WorkerServer.StartAsync(new WorkerOptions(replica.Limits, replica.StepTime)
        {
            Engine = policy,
            Seed = (ulong)parsed.GetValue(seed),
            Host = parsed.GetValue(host) ?? "127.0.0.1",
            Port = parsed.GetValue(port),
        });
    }

    /// <summary>An engine whose library failed holds nothing that could be used: the process ends, and a parent starts another.</summary>
    private static void ThrowFault(WorkerServer server)
    {
        if (server.Loop.Ended is { IsCompletedSuccessfully: true, Result: { } fault })
        {
            throw new IOException(fault.Message, fault);
        }
    }

    private static async Task EndOfInputAsync()
    {
        await using var input = Console.OpenStandardInput();
        var buffer = new byte[256];
        while (await input.ReadAsync(buffer) > 0)
        {
            // Nothing is read from it; only its end counts.
        }
    }
}
