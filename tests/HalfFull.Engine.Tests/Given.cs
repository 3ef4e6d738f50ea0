using HalfFull.Engine.Gguf;
using HalfFull.Engine.Hosting;
using HalfFull.Engine.Native;
using HalfFull.Engine.Sampling;
using HalfFull.Engine.StepTime;

namespace HalfFull.Engine.Tests;

/// <summary>What tests start from.</summary>
internal static class Given
{
    /// <summary>Settings under which the library's numbers do not depend on who else is in the batch.</summary>
    internal static readonly ContextOptions Exact = new()
    {
        Sequences = 8,
        KvTokens = 8 * 256,
        BatchTokens = 128,
        KvMode = KvMode.Split,
        KvType = KvType.F32,
        FlashAttention = false,
        Threads = 1,
    };

    internal static readonly SamplingOptions Greedy = new() { Temperature = 0, IgnoreEnd = true };

    private static readonly Lazy<string> TinyFile = new(() => WriteTiny(pooling: null));
    private static readonly Lazy<string> TinyEmbeddingFile = new(() => WriteTiny(Pooling.Mean));
    private static readonly Lazy<LlamaModel> TinyLoaded = new(() => LlamaModel.Load(TinyPath));

    internal static IStepTimeModel UnitStep { get; } = new LinearStepTime(10_000, 0, 0, 0);

    /// <summary>A file of the small model with random weights.</summary>
    internal static string TinyPath => TinyFile.Value;

    /// <summary>A file of the same model that gives embeddings too.</summary>
    internal static string TinyEmbeddingPath => TinyEmbeddingFile.Value;

    /// <summary>The model without embeddings, loaded once.</summary>
    internal static LlamaModel Tiny => TinyLoaded.Value;

    internal static int[] Prompt(ulong seed, int tokens)
    {
        var rng = new Rng(seed);
        return tokens == 0 ? [] : [1, .. Enumerable.Range(1, tokens - 1).Select(_ => 300 + rng.NextInt32(1500))];
    }

    internal static ReplayedRequest Request(long id, int[] prompt, int output, double arrival = 0, SamplingOptions? sampling = null) =>
        new(new Request(id, TimeSpan.FromSeconds(arrival), prompt.Length, output), output, new GenerationInput(prompt, sampling ?? Greedy));

    internal static EngineRates Rates(EngineLimits limits) => new(limits, UnitStep);

    private static string WriteTiny(Pooling? pooling)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("halffull-engine-").FullName, "tiny.gguf");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        using var stream = File.Create(path);
        TinyModel.Write(stream, TinyShape.Of(1), GgufTensorType.F32, "tiny", pooling: pooling);
        return path;
    }
}
