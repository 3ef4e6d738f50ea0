using System.Runtime.InteropServices;

namespace HalfFull.Engine.Native;

/// <summary>The rows of one native call, in memory that the library reads. Every value is checked when it is added: the library does not check, or ends the process.</summary>
internal sealed unsafe class LlamaBatch : IDisposable
{
    private readonly int vocabulary;
    private readonly int sequences;
    private readonly int positions;
    private LlamaBatchView view;
    private int* ids;

    /// <param name="capacity">Most rows.</param>
    /// <param name="vocabulary">Tokens are below this.</param>
    /// <param name="sequences">Sequence ids are below this.</param>
    /// <param name="positions">Positions are below this.</param>
    internal LlamaBatch(int capacity, int vocabulary, int sequences, int positions)
    {
        Capacity = capacity;
        this.vocabulary = vocabulary;
        this.sequences = sequences;
        this.positions = positions;
        var rows = (nuint)capacity;
        view.Token = (int*)NativeMemory.AllocZeroed(rows, sizeof(int));
        view.Position = (int*)NativeMemory.AllocZeroed(rows, sizeof(int));
        view.SequenceCount = (int*)NativeMemory.AllocZeroed(rows, sizeof(int));
        view.WantsLogits = (byte*)NativeMemory.AllocZeroed(rows, 1);
        view.Sequence = (int**)NativeMemory.AllocZeroed(rows + 1, (nuint)sizeof(int*));
        ids = (int*)NativeMemory.AllocZeroed(rows, sizeof(int));
        for (var i = 0; i < capacity; i++)
        {
            view.SequenceCount[i] = 1;
            view.Sequence[i] = ids + i;
        }
    }

    /// <summary>Most rows.</summary>
    internal int Capacity { get; }

    /// <summary>Rows added.</summary>
    internal int Count => view.Tokens;

    /// <summary>The rows for the library.</summary>
    internal LlamaBatchView View => ids == null ? throw new ObjectDisposedException(nameof(LlamaBatch)) : view;

    /// <summary>Drops the rows.</summary>
    internal void Clear() => view.Tokens = 0;

    /// <summary>Adds a row.</summary>
    /// <returns>Its number, by which its logits are found.</returns>
    internal int Add(int token, int position, int sequence, bool wantsLogits)
    {
        ObjectDisposedException.ThrowIf(ids == null, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)token, (uint)vocabulary, nameof(token));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)position, (uint)positions, nameof(position));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)sequence, (uint)sequences, nameof(sequence));
        if (view.Tokens == Capacity)
        {
            throw new InvalidOperationException($"A batch of {Capacity} rows is full.");
        }

        var row = view.Tokens++;
        view.Token[row] = token;
        view.Position[row] = position;
        ids[row] = sequence;
        view.WantsLogits[row] = wantsLogits ? (byte)1 : (byte)0;
        return row;
    }

    /// <summary>Adds rows of one sequence at consecutive positions.</summary>
    /// <returns>The number of the last one, the only one that may want logits.</returns>
    internal int Add(ReadOnlySpan<int> tokens, int firstPosition, int sequence, bool wantsLogits)
    {
        for (var i = 0; i < tokens.Length - 1; i++)
        {
            Add(tokens[i], firstPosition + i, sequence, wantsLogits: false);
        }

        return Add(tokens[^1], firstPosition + tokens.Length - 1, sequence, wantsLogits);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (ids == null)
        {
            return;
        }

        NativeMemory.Free(view.Token);
        NativeMemory.Free(view.Position);
        NativeMemory.Free(view.SequenceCount);
        NativeMemory.Free(view.WantsLogits);
        NativeMemory.Free(view.Sequence);
        NativeMemory.Free(ids);
        ids = null;
    }
}
