using System.Runtime.InteropServices;

namespace HalfFull.Engine.Native;

/// <summary><c>llama_context_params</c> as <see cref="LlamaAbi"/> knows it. Filled by the library's own defaults; only what is named here is changed.</summary>
[StructLayout(LayoutKind.Explicit, Size = LlamaAbi.ContextParamsBytes)]
internal struct LlamaContextParams
{
    [FieldOffset(0)]
    internal uint ContextTokens;

    [FieldOffset(4)]
    internal uint BatchTokens;

    [FieldOffset(8)]
    internal uint MicroBatchTokens;

    [FieldOffset(12)]
    internal uint Sequences;

    [FieldOffset(28)]
    internal int Threads;

    [FieldOffset(32)]
    internal int BatchThreads;

    [FieldOffset(44)]
    internal int PoolingType;

    [FieldOffset(52)]
    internal int FlashAttention;

    [FieldOffset(104)]
    internal int KeyType;

    [FieldOffset(108)]
    internal int ValueType;

    [FieldOffset(128)]
    internal byte Embeddings;

    [FieldOffset(133)]
    internal byte UnifiedKv;
}
