using System.CommandLine;
using HalfFull.Engine.Chat;
using HalfFull.Engine.Gguf;
using HalfFull.Engine.Native;
using HalfFull.Engine.StepTime;
using HalfFull.Gateway.Workers;

namespace HalfFull.Cli.Options;

/// <summary>Options that say how a real model is run; with a modelled one they are refused.</summary>
internal sealed class RealModelOptions
{
    private const int DefaultSequences = 8;
    private const int DefaultTokenBudget = 256;
    private const int DefaultLength = 2048;
    private const int MostTokens = 1 << 28;

    private readonly Option<string?> llama = TextOption.Any("--llama", "DIR", $"Folder of your own build of llama.cpp's libraries [default: {LlamaLibrary.Variable}, or the installed package]");
    private readonly Option<int> gpuLayers = NumberOption.Whole("--gpu-layers", -1, -1, 10_000, "Layers of a real model on the GPU, when the library has one; -1 for all");
    private readonly Option<int> threads = NumberOption.Whole("--threads", 1, 1, 1024, "Threads that compute a real model; beside other work one is faster than two");
    private readonly Option<string?> kv = TextOption.Of("--kv", "split|unified", Mode, "KV cache of a real model: a part for each sequence, or one pool [default: split]");
    private readonly Option<string?> kvType = TextOption.Of("--kv-type", "f16|f32", Type, "Numbers of a real model's KV cache [default: f16]");
    private readonly Option<string?> chatTemplate = TextOption.Of(
        "--chat-template", "NAME", text => ChatTemplates.Named(text).Name, $"Chat template of a real model: {string.Join(", ", ChatTemplates.Names)} [default: the model's own]");

    private readonly Option<int> swap = NumberOption.Whole("--swap-memory", 512, 0, 1 << 20, "Host memory for KV of preempted sequences of a real model, MiB; 0: they are computed again");

    private Option[] All => [llama, gpuLayers, threads, kv, kvType, chatTemplate, swap];

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Whether the text of <c>--model</c> means a file.</summary>
    public static bool IsFile(string model) =>
        (model.Contains('/', StringComparison.Ordinal) || model.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
        && !StepModelCatalog.Models.Any(known => string.Equals(known.Name, ModelName.Canonical(model), StringComparison.Ordinal));

    /// <summary>Refuses options that would be ignored with a modelled one.</summary>
    /// <exception cref="FormatException">One was given.</exception>
    public void RefuseAll(ParseResult parsed)
    {
        if (Given(parsed).FirstOrDefault() is { } option)
        {
            throw new FormatException($"{option.Name} says how a real model is run; give --model a GGUF file, or leave it out.");
        }
    }

    /// <summary>Whether any was given.</summary>
    public bool IsGiven(ParseResult parsed) => Given(parsed).Any();

    /// <summary>Those that were given, for another command line.</summary>
    public IEnumerable<string> Arguments(ParseResult parsed) => Given(parsed).SelectMany(option => new[] { option.Name, parsed.GetResult(option)!.Tokens[0].Value });

    /// <summary>Whether it may compute on a GPU: a build of the user's own may have one, unless no layer is put there.</summary>
    public bool UsesGpu(ParseResult parsed) =>
        parsed.GetResult(gpuLayers) is { Implicit: false } ? parsed.GetValue(gpuLayers) != 0 : parsed.GetValue(llama) is not null;

    /// <summary>What a worker needs to run a model.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="path">A GGUF file.</param>
    /// <param name="numbers">Limits as they were given.</param>
    /// <exception cref="InvalidDataException">The file is no GGUF file, or a damaged one.</exception>
    public ModelWorkerOptions Build(ParseResult parsed, string path, ReplicaNumbers numbers)
    {
        var file = GgufFile.Read(path);
        var trained = (int)Math.Clamp(file.Whole($"{file.Architecture}.context_length") ?? DefaultLength, 1, MostTokens);
        var sequences = numbers.MaxSequences ?? DefaultSequences;
        var length = numbers.MaxModelLength ?? Math.Min(trained, DefaultLength);
        if (sequences > ContextOptions.MostSequences || length > trained || (long)sequences * length > MostTokens)
        {
            throw new FormatException(
                $"{path} is served to at most {ContextOptions.MostSequences} sequences (--max-seqs) of at most {trained} tokens (--max-model-len), {MostTokens} together.");
        }

        var isUnified = string.Equals(parsed.GetValue(kv), "unified", StringComparison.Ordinal);
        return new ModelWorkerOptions(path)
        {
            Context = new ContextOptions
            {
                Sequences = sequences,
                KvTokens = isUnified && numbers.KvBlocks is { } blocks ? checked(blocks * numbers.BlockSize) : sequences * length,
                BatchTokens = numbers.TokenBudget ?? DefaultTokenBudget,
                KvMode = isUnified ? KvMode.Unified : KvMode.Split,
                KvType = string.Equals(parsed.GetValue(kvType), "f32", StringComparison.Ordinal) ? KvType.F32 : KvType.F16,
                Threads = parsed.GetValue(threads),
            },
            GpuLayers = parsed.GetValue(gpuLayers),
            Library = parsed.GetValue(llama),
            ChatTemplate = parsed.GetValue(chatTemplate),
            BlockSize = numbers.BlockSize,
            KvBlocks = numbers.KvBlocks,
            MaxModelLength = length,
            SwapBytes = (long)parsed.GetValue(swap) << 20,
            StepTime = numbers.StepModel is { } model ? StepModelFile.Read(model).Create(StepModelCatalog.FindOverhead("none")) : null,
        };
    }

    private IEnumerable<Option> Given(ParseResult parsed) => All.Where(option => parsed.GetResult(option) is { Implicit: false });

    private static string Mode(string text) => text is "split" or "unified" ? text : throw new FormatException($"--kv {text} is not accepted: give split or unified.");

    private static string Type(string text) => text is "f16" or "f32" ? text : throw new FormatException($"--kv-type {text} is not accepted: give f16 or f32.");
}
