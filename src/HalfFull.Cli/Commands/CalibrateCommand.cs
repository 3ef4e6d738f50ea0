using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using HalfFull.Cli.Options;
using HalfFull.Cli.Output;
using HalfFull.Engine;
using HalfFull.Engine.Calibrating;
using HalfFull.Engine.Hosting;
using HalfFull.Engine.Native;
using HalfFull.Engine.StepTime;
using Spectre.Console;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull calibrate</c>: measures a real model's steps and writes a step model for the simulator.</summary>
internal sealed class CalibrateCommand
{
    private readonly Option<string?> model = TextOption.Any("--model", "FILE", "GGUF file to measure; with --url the model to name there");
    private readonly Option<Uri?> url = TextOption.Of("--url", "URL", Address, "Measure an engine that serves nobody else at this address instead, by streaming completions from it");
    private readonly Option<long?> kvTokens = NumberOption.OptionalWhole("--kv-tokens", 1, 1_000_000_000_000, "Tokens of KV cache of the engine at --url, which cannot be measured from outside");
    private readonly Option<string?> output = TextOption.Any("--out", "FILE", "Step model to write, for --step-model [default: step-model.json]");
    private readonly Option<int> seed = NumberOption.Whole("--seed", 1, 0, int.MaxValue, "Seed of the traffic that is measured");
    private readonly RealLimitOptions limitOptions = new();
    private readonly RealModelOptions real = new();

    /// <summary>The command.</summary>
    public static Command Create(CancellationToken cancellation)
    {
        var calibrate = new CalibrateCommand();
        var command = new Command("calibrate", "Measure the steps of a real model, fit the step model of the simulator to them and write it.")
        {
            calibrate.model, calibrate.url, calibrate.kvTokens, calibrate.output, calibrate.seed,
        };
        calibrate.limitOptions.AddTo(command);
        calibrate.real.AddTo(command);
        command.SetAction(parsed => parsed.GetValue(calibrate.url) is { } address
            ? calibrate.RunRemoteAsync(parsed, address, cancellation).GetAwaiter().GetResult()
            : calibrate.Run(parsed, cancellation));
        HelpWithExample.Show(command, "calibrate --model my.gguf --out my-step-model.json", "calibrate --url http://gpu1:8000 --model llama-3-8b --kv-tokens 400000", "simulate --step-model my-step-model.json --replicas 1");
        return command;
    }

    /// <summary>Writes a step model that <c>--step-model</c> reads.</summary>
    public static void Write(string path, PhasedStepTime fitted, long kvCapacityTokens)
    {
        using var file = new AtomicFile(path);
        using (var json = new Utf8JsonWriter(file.Stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("schema", StepModelFile.Schema);
            json.WriteString("kind", "phased");
            json.WriteNumber("kvCapacityTokens", kvCapacityTokens);
            json.WriteStartObject("decode");
            json.WriteNumber("baseMicros", Rounded(fitted.Decode.BaseMicros));
            json.WriteNumber("microsPerSequence", Rounded(fitted.Decode.MicrosPerSequence));
            json.WriteNumber("microsPerContextToken", Rounded(fitted.Decode.MicrosPerContextToken));
            json.WriteEndObject();
            json.WriteStartObject("mixed");
            json.WriteNumber("baseMicros", Rounded(fitted.Mixed.BaseMicros));
            json.WriteNumber("microsPerChunk", Rounded(fitted.Mixed.MicrosPerChunk));
            json.WriteNumber("microsPerPrefillToken", Rounded(fitted.Mixed.MicrosPerPrefillToken));
            json.WriteNumber("microsPerPrefillProduct", Rounded(fitted.Mixed.MicrosPerPrefillProduct));
            json.WriteNumber("microsPerDecodeSequence", Rounded(fitted.Mixed.MicrosPerDecodeSequence));
            json.WriteNumber("microsPerContextToken", Rounded(fitted.Mixed.MicrosPerContextToken));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        file.Commit();
    }

    private async Task<int> RunRemoteAsync(ParseResult parsed, Uri address, CancellationToken cancellation)
    {
        if (real.IsGiven(parsed) || limitOptions.IsGiven(parsed))
        {
            throw new FormatException("--url measures an engine as it is; leave out the options that set up a local one.");
        }

        var capacity = parsed.GetValue(kvTokens) ?? throw new FormatException("--url needs --kv-tokens: the tokens of KV cache of that engine, which cannot be measured from outside.");
        var target = parsed.GetValue(output) ?? "step-model.json";
        using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(10) };
        RemoteCalibration found;
        try
        {
            found = await RemoteCalibration.MeasureAsync(client, address, parsed.GetValue(model), cancellation);
        }
        catch (HttpRequestException error)
        {
            throw new IOException($"{address} cannot be reached: {error.Message}", error);
        }

        Write(target, found.Model, capacity);
        Screen.Output().WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{address}: mean error {found.Prefill.Mean:0.0%} on {found.Prefill.Steps} first tokens, {found.Decode.Mean:0.0%} on the pace of {found.Decode.Steps} groups of streams, both as fitted. Written to {target}."));
        return 0;
    }

    private static Uri Address(string text) => Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
        ? address
        : throw new FormatException($"--url {text} is not accepted: give an address such as http://localhost:8000.");

    private int Run(ParseResult parsed, CancellationToken cancellation)
    {
        if (parsed.GetValue(kvTokens) is not null)
        {
            throw new FormatException("--kv-tokens belongs to --url; a local engine has --max-seqs and --max-model-len.");
        }

        var path = parsed.GetValue(model) ?? throw new FormatException("calibrate needs --model with a GGUF file; 'halffull model tiny' writes one to try.");
        var target = parsed.GetValue(output) ?? "step-model.json";
        var options = real.Build(parsed, path, limitOptions.Numbers(parsed));
        using var loaded = LlamaModel.Load(path, options.GpuLayers, options.Library);

        // Processor time of one thread is the steadiest measure; with more threads or a GPU, only the wall tells.
        var isAlone = options.Context.Threads == 1 && ThreadCpuClock.IsSupported && !real.UsesGpu(parsed);
        using var runner = new LlamaRunner(loaded, options.Context, isAlone ? StepClock.ThreadCpu() : StepClock.Wall(new EngineClock(TimeProvider.System)));
        var limits = runner.Limits(options.BlockSize, options.KvBlocks, options.MaxModelLength);
        var calibration = StepCalibration.Measure(runner, limits, (ulong)parsed.GetValue(seed), cancellation);
        Write(target, calibration.Model, limits.KvCapacityTokens);
        Report(Screen.Output(), path, calibration, limits, isAlone, target);
        return 0;
    }

    private static void Report(IAnsiConsole screen, string path, StepCalibration calibration, EngineLimits limits, bool isAlone, string target)
    {
        var (decode, mixed) = (calibration.Model.Decode, calibration.Model.Mixed);
        void Line(FormattableString text) => screen.WriteLine(text.ToString(CultureInfo.InvariantCulture));
        Line($"{path}: {limits.MaxSequences} sequences, {limits.KvCapacityTokens} KV tokens, steps of up to {limits.TokenBudget} tokens");
        Line($"time    {(isAlone ? "processor time of one thread" : "time on the wall")}");
        Line($"decode  {decode.BaseMicros:0} + {decode.MicrosPerSequence:0} a sequence + {decode.MicrosPerContextToken:0.000} a token of context, microseconds");
        Line($"mixed   {mixed.BaseMicros:0} + {mixed.MicrosPerChunk:0} a chunk + {mixed.MicrosPerPrefillToken:0.0} a prompt token + {mixed.MicrosPerPrefillProduct:0.00000} a pair");
        Line($"        + {mixed.MicrosPerDecodeSequence:0} a decode + {mixed.MicrosPerContextToken:0.000} a token of its context");
        Line($"error   on {calibration.Decode.Steps} decode steps not fitted: mean {calibration.Decode.Mean:0.0%}, p90 {calibration.Decode.P90:0.0%}, sum {calibration.Decode.Total:0.0%}");
        Line($"        on {calibration.Mixed.Steps} mixed steps not fitted: mean {calibration.Mixed.Mean:0.0%}, p90 {calibration.Mixed.P90:0.0%}, sum {calibration.Mixed.Total:0.0%}");
        Line($"Written to {target}; use it by --step-model {target}.");
    }

    private static double Rounded(double micros) => double.Parse(micros.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
