using HalfFull.Engine;
using HalfFull.Engine.Native;
using HalfFull.Engine.StepTime;
using HalfFull.Policies;

namespace HalfFull.Gateway.Workers;

/// <summary>A worker that serves a real model.</summary>
/// <param name="Model">Path of a GGUF file.</param>
public sealed record ModelWorkerOptions(string Model)
{
    /// <summary>How its KV cache is set up.</summary>
    public ContextOptions Context { get; init; } = new();

    /// <summary>Layers on the GPU, if the library has one; -1 for all.</summary>
    public int GpuLayers { get; init; } = -1;

    /// <summary>Folder of llama.cpp's libraries; null to look for it.</summary>
    public string? Library { get; init; }

    /// <summary>Name of the chat template; null for the model's own.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>Tokens in one block of the core's accounts.</summary>
    public int BlockSize { get; init; } = 16;

    /// <summary>Blocks; null for as many as the cache holds.</summary>
    public int? KvBlocks { get; init; }

    /// <summary>Most tokens of prompt and output together; null for as many as there can be.</summary>
    public int? MaxModelLength { get; init; }

    /// <summary>Host memory for the KV of preempted sequences, bytes.</summary>
    public long SwapBytes { get; init; }

    /// <summary>How long its steps take, for policies that want to know; null to measure a few at the start.</summary>
    public IStepTimeModel? StepTime { get; init; }

    /// <summary>Its engine scheduler.</summary>
    public PolicySpec Engine { get; init; } = PolicySpec.Parse("vllm");

    /// <summary>Seed of what the scheduler draws, and of requests that bring none.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Address to bind to.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Port; 0 for any free one.</summary>
    public int Port { get; init; }

    /// <summary>Largest request body, bytes.</summary>
    public int MostBodyBytes { get; init; } = 32 << 20;

    /// <summary>Hears what its engine does, on the engine's thread; null when nobody does.</summary>
    public IRunObserver? Observer { get; init; }

    /// <summary>Its clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
