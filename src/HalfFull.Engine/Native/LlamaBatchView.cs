using System.Runtime.InteropServices;

namespace HalfFull.Engine.Native;

/// <summary><c>llama_batch</c>: counts and raw arrays. Only <see cref="LlamaBatch"/> makes one.</summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal unsafe struct LlamaBatchView
{
    [FieldOffset(0)]
    internal int Tokens;

    [FieldOffset(8)]
    internal int* Token;

    [FieldOffset(16)]
    internal float* Embedding;

    [FieldOffset(24)]
    internal int* Position;

    [FieldOffset(32)]
    internal int* SequenceCount;

    [FieldOffset(40)]
    internal int** Sequence;

    [FieldOffset(48)]
    internal byte* WantsLogits;
}
