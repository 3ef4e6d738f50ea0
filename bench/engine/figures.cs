#:project ../../src/HalfFull.Engine/HalfFull.Engine.csproj
#:property AssemblyName=HalfFull.Engine.Figures
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
#:property NoWarn=$(NoWarn);MA0048

// Prints the figures of the embedded engine; the machine should be idle:
//   dotnet run -c Release bench/engine/figures.cs -- [sampling] [overhead] [throughput] [memory] [worker] [model.gguf]
// Without names of figures it prints all; without a model it writes and uses the small one with random weights. 'worker' runs ./halffull from the current folder.
using System.Diagnostics;
using System.Globalization;
using HalfFull;
using HalfFull.Engine;
using HalfFull.Engine.Gguf;
using HalfFull.Engine.Hosting;
using HalfFull.Engine.Native;
using HalfFull.Engine.Sampling;
using HalfFull.Engine.Schedulers;
using HalfFull.Engine.StepTime;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var given = args.FirstOrDefault(arg => arg.EndsWith(".gguf", StringComparison.Ordinal));
var names = args.Where(arg => !arg.EndsWith(".gguf", StringComparison.Ordinal)).ToArray();
var path = given ?? Path.Combine(Path.GetTempPath(), $"halffull-figures-{Environment.ProcessId}.gguf");
try
{
    if (given is null)
    {
        using var stream = File.Create(path);
        TinyModel.Write(stream, TinyShape.Of(1), GgufTensorType.F32, "tiny");
    }

    using var model = LlamaModel.Load(path);
    (string Name, Action Print)[] all =
    [
        ("sampling", Figures.Sampling), ("overhead", () => Figures.Overhead(model)), ("throughput", () => Figures.Throughput(model)), ("memory", () => Figures.Memory(model)),
        ("worker", () => Figures.Worker(path)),
    ];
    if (names.FirstOrDefault(name => !all.Any(figure => string.Equals(figure.Name, name, StringComparison.Ordinal))) is { } unknown)
    {
        Console.Error.WriteLine($"'{unknown}' is no figure; give {string.Join(", ", all.Select(figure => figure.Name))} or a .gguf file.");
        return 2;
    }

    foreach (var figure in all.Where(figure => names.Length == 0 || names.Contains(figure.Name, StringComparer.Ordinal)))
    {
        figure.Print();
    }

    return 0;
}
finally
{
    if (given is null)
    {
        File.Delete(path);
    }
}

internal static class Figures
{
    private static readonly SamplingOptions Greedy = new() { Temperature = 0, IgnoreEnd = true };

    /// <summary>Greedy choice over 32,000 logits.</summary>
    public static void Sampling()
    {
        var rng = new Rng(1);
        var logits = Enumerable.Range(0, 32_000).Select(_ => (float)rng.NextNormal()).ToArray();
        var sampler = new Sampler(Greedy);
        var scratch = new SamplerScratch(logits.Length);
        var micros = new List<double>();
        for (var i = 0; i < 20_000; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            _ = sampler.Next(logits, [], [], scratch);
            micros.Add(Stopwatch.GetElapsedTime(begun).TotalMicroseconds);
        }

        Print("greedy choice over 32,000 logits, microseconds", micros.Skip(10_000));
    }

    /// <summary>Scheduler and runner of steps with 64 decodes, without the library and the choice of tokens.</summary>
    public static void Overhead(LlamaModel model)
    {
        // The clock of serving: that of processor time is a system call, whose wait on a busy machine would count as overhead.
        var clock = StepClock.Wall(new EngineClock(TimeProvider.System));
        using var runner = new LlamaRunner(model, new ContextOptions { Sequences = 64, KvTokens = 64 * 512, BatchTokens = 512 }, clock);
        var timed = new StepTimes(runner);
        for (var round = 0; round < 10; round++)
        {
            Replay(runner.Limits(), timed, Requests(64, prompt: 8, output: 128));
            timed.EndRound(isWarmUp: round < 2);
        }

        Print("overhead of a step at 64 sequences, microseconds", timed.Overheads);
    }

    /// <summary>Tokens a second of 16 users, beside a bare loop over the library with the same batch.</summary>
    public static void Throughput(LlamaModel model)
    {
        const int Users = 16;
        const int Tokens = 128;
        var options = new ContextOptions { Sequences = Users, KvTokens = Users * 512, BatchTokens = 256 };
        var ratios = new List<double>();
        for (var round = 0; round < 8; round++)
        {
            double engine;
            using (var runner = new LlamaRunner(model, options, StepClock.ThreadCpu()))
            {
                var begun = ThreadCpuClock.Now;
                Replay(runner.Limits(), runner, Requests(Users, prompt: 8, output: Tokens));
                engine = Users * Tokens / (ThreadCpuClock.Now - begun).TotalSeconds;
            }

            ratios.Add(engine / Bare(model, options, Users, Tokens));
        }

        Print("tokens/s of 16 users, share of a bare loop", ratios.Skip(2));
    }

    /// <summary>Memory after 2,000 requests and after 10,000 more.</summary>
    public static void Memory(LlamaModel model)
    {
        using var runner = new LlamaRunner(model, new ContextOptions { Sequences = 16, KvTokens = 16 * 256, BatchTokens = 256 }, StepClock.ThreadCpu());
        var limits = runner.Limits(kvBlocks: 60, swapBytes: 1 << 20);
        (long Managed, long Resident) before = default;
        for (var round = 0; round < 12; round++)
        {
            for (var part = 0; part < 10; part++)
            {
                Replay(limits, runner, Requests(100, prompt: 20, output: 4));
            }

            var now = (GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
            before = round == 1 ? now : before;
            if (round == 11)
            {
                Console.WriteLine($"growth over 10,000 requests: {(now.Item1 - before.Managed) / 1024.0:0} KiB managed, {(now.WorkingSet - before.Resident) / 1024.0:0} KiB resident");
            }
        }
    }

    /// <summary>Resident memory of a worker process after 2,000 requests over HTTP and after 10,000 more, 16 at a time.</summary>
    public static void Worker(string path)
    {
        using var worker = Process.Start(new ProcessStartInfo("./halffull", ["worker", "--port", "0", "--until-stdin-closes", "--model", path, "--max-seqs", "16", "--max-model-len", "256"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var address = new Uri(new Uri(worker.StandardOutput.ReadLine()!.Split(' ')[^1]), "v1/completions");
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var resident = new List<double>();
        for (var round = 0; round < 12; round++)
        {
            Parallel.For(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
            {
                var ids = string.Join(',', Enumerable.Range(0, 20).Select(k => 300 + ((i + (k * round)) % 1000)));
                using var body = new StringContent($"{{\"prompt\":[{ids}],\"max_tokens\":4,\"ignore_eos\":true}}", System.Text.Encoding.UTF8, "application/json");
                using var answer = http.Send(new HttpRequestMessage(HttpMethod.Post, address) { Content = body });
                answer.EnsureSuccessStatusCode();
            });
            worker.Refresh();
            resident.Add(worker.WorkingSet64 / 1048576.0);
        }

        worker.StandardInput.Close();
        worker.WaitForExit();
        Console.WriteLine($"worker's resident memory after 2,000 to 12,000 requests, MiB: {string.Join(" ", resident.Skip(1).Select(value => value.ToString("0.0", CultureInfo.InvariantCulture)))}");
    }

    private static double Bare(LlamaModel model, ContextOptions options, int users, int tokens)
    {
        using var context = new LlamaContext(model, options);
        using var batch = context.NewBatch();
        var next = new int[users];
        var begun = ThreadCpuClock.Now;
        foreach (var request in Requests(users, prompt: 8, output: tokens))
        {
            for (var i = 0; i < 8; i++)
            {
                batch.Add(request.Input!.Prompt.Span[i], i, (int)request.Request.Id, i == 7);
            }
        }

        for (var step = 0; step < tokens; step++)
        {
            context.Decode(batch);
            for (var user = 0; user < users; user++)
            {
                next[user] = ArgMax.Of(context.Logits(step == 0 ? (user * 8) + 7 : user));
            }

            batch.Clear();
            for (var user = 0; user < users; user++)
            {
                batch.Add(next[user], 8 + step, user, wantsLogits: true);
            }
        }

        return users * tokens / (ThreadCpuClock.Now - begun).TotalSeconds;
    }

    private static void Replay(EngineLimits limits, IModelRunner runner, IReadOnlyList<ReplayedRequest> requests) =>
        new EngineReplay(limits, new Vllm(new Vllm.Options()), new EngineRates(limits, new LinearStepTime(1000, 100, 0, 0)), runner).Run(requests);

    private static ReplayedRequest[] Requests(int count, int prompt, int output) =>
        [.. Enumerable.Range(0, count).Select(id =>
        {
            var tokens = Enumerable.Range(0, prompt).Select(i => 300 + ((id + i) % 1000)).ToArray();
            var request = new Request(id, TimeSpan.Zero, prompt, output) { PrefixHashes = TokenPrefix.Hashes(tokens, 16), PrefixUnitTokens = 16 };
            return new ReplayedRequest(request, output, new GenerationInput(tokens, Greedy));
        })];

    private static void Print(string what, IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        Console.WriteLine($"{what}: median {sorted[sorted.Length / 2]:0.000}, least {sorted[0]:0.000}, most {sorted[^1]:0.000}");
    }
}

/// <summary>From the begin of one step to that of the next, without the library and the choice of tokens; single steps, so that those in which the machine did something else stand out.</summary>
internal sealed class StepTimes(LlamaRunner runner) : IModelRunner
{
    private readonly List<double> overheads = [];
    private readonly List<double> round = [];
    private LlamaRunnerStats? before;
    private long begun;

    public IReadOnlyList<double> Overheads => overheads;

    public ReadOnlySpan<Sequence> Stopped => runner.Stopped;

    public ReadOnlySpan<Sequence> Failed => runner.Failed;

    public ReadOnlySpan<long> LostPrefixes => runner.LostPrefixes;

    public void EndRound(bool isWarmUp)
    {
        // The first step computes the prompts.
        overheads.AddRange(isWarmUp ? [] : round.Skip(1));
        round.Clear();
        before = null;
    }

    public void Begin(Sequence sequence, GenerationInput? input) => runner.Begin(sequence, input);

    public TimeSpan Run(StepPlan plan, TimeSpan start)
    {
        var now = Stopwatch.GetTimestamp();
        var stats = runner.Stats;
        if (before is not null)
        {
            round.Add((Stopwatch.GetElapsedTime(begun, now) - (stats.NativeTime - before.NativeTime) - (stats.SamplingTime - before.SamplingTime)).TotalMicroseconds);
        }

        (before, begun) = (stats, now);
        return runner.Run(plan, start);
    }

    public GeneratedToken Token(Sequence sequence, int index, bool isLast) => runner.Token(sequence, index, isLast);

    public void End(Sequence sequence) => runner.End(sequence);
}
