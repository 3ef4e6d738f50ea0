using System.Globalization;

namespace HalfFull.Engine.Native;

/// <summary>
/// A KV cache over a model and the forward passes that fill it. Every id, position and size is checked here before native code sees it, for that ends the process on some mistakes. One thread
/// owns it: the first that computes with it.
/// </summary>
internal sealed unsafe class LlamaContext : IDisposable
{
    private const int MicroBatchTokens = 512;
    private readonly LlamaModel model;
    private nint context;
    private nint memory;
    private int owner;

    /// <summary>Makes the KV cache.</summary>
    /// <exception cref="LlamaException">There is not enough memory, or the library set up something else than it was asked for.</exception>
    internal LlamaContext(LlamaModel model, ContextOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        this.model = model;
        Options = options;
        LlamaContextParams parameters;
        LlamaNative.llama_context_default_params(&parameters);
        var parts = options.KvMode == KvMode.Split ? options.Sequences : 1;
        var perPart = RoundUp((options.KvTokens + parts - 1) / parts);
        parameters.ContextTokens = (uint)(perPart * parts);

        Numbers = options.KvMode == KvMode.Split ? options.Sequences : Math.Min(ContextOptions.MostSequences, options.Sequences + options.KeptPrefixes);

        // The library ends the process when its largest batch has fewer rows than there may be sequences.
        var rows = Math.Max(options.BatchTokens, Numbers);
        parameters.BatchTokens = (uint)rows;
        parameters.MicroBatchTokens = (uint)Math.Min(rows, MicroBatchTokens);
        parameters.Sequences = (uint)Numbers;
        parameters.Threads = options.Threads;
        parameters.BatchThreads = options.Threads;
        parameters.FlashAttention = options.FlashAttention ? 1 : 0;
        parameters.KeyType = (int)options.KvType;
        parameters.ValueType = (int)options.KvType;
        parameters.UnifiedKv = options.KvMode == KvMode.Unified ? (byte)1 : (byte)0;
        if (options.Pooling is { } pooling)
        {
            // Pooling needs all rows of a text in one pass.
            parameters.Embeddings = 1;
            parameters.PoolingType = (int)pooling;
            parameters.MicroBatchTokens = (uint)rows;
        }

        // Where memory is promised freely, the library would begin to fill what is not there.
        var bytes = model.File.KvBytesPerToken(options.KvType == KvType.F32 ? 4 : 2) * perPart * parts;
        var fits = bytes is null || bytes < GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        LlamaLog.Clear();
        context = fits ? LlamaNative.llama_init_from_model(model.Handle, parameters) : 0;
        if (context == 0)
        {
            throw new LlamaException(string.Create(
                CultureInfo.InvariantCulture,
                $"There is not enough memory for a KV cache of {parameters.ContextTokens} tokens in {options.KvType}{LlamaLog.Reason}; lower the number of sequences or their length."));
        }

        memory = LlamaNative.llama_get_memory(context);
        if (memory == 0)
        {
            Dispose();
            throw new LlamaException($"{model.File.Path} is a model without a KV cache (architecture {model.File.Architecture}): it generates no text.");
        }

        KvTokens = (int)LlamaNative.llama_n_ctx(context);
        SequenceTokens = (int)LlamaNative.llama_n_ctx_seq(context);
        CheckSetUp(parameters, perPart);
    }

    /// <summary>What was asked for.</summary>
    internal ContextOptions Options { get; }

    /// <summary>Numbers of sequences and kept prefixes; ids are below it.</summary>
    internal int Numbers { get; }

    /// <summary>Tokens that the whole KV cache holds.</summary>
    internal int KvTokens { get; }

    /// <summary>Tokens that one sequence may hold.</summary>
    internal int SequenceTokens { get; }

    /// <summary>A batch whose rows fit this context.</summary>
    internal LlamaBatch NewBatch() => new(Options.BatchTokens, model.VocabularySize, Numbers, SequenceTokens);

    /// <summary>Computes the rows of a batch of at least one row.</summary>
    /// <exception cref="LlamaException">The library failed; what the cache holds is unknown then.</exception>
    internal DecodeResult Decode(LlamaBatch batch)
    {
        Own();
        if (batch.Count == 0 || batch.Capacity > Options.BatchTokens)
        {
            throw new ArgumentException("A batch holds at least one row and comes from this context.", nameof(batch));
        }

        LlamaLog.Clear();
        var code = LlamaNative.llama_decode(context, batch.View);
        return code switch
        {
            0 => DecodeResult.Done,
            1 => DecodeResult.NoRoom,
            _ => throw new LlamaException(string.Create(CultureInfo.InvariantCulture, $"llama_decode failed with code {code}{LlamaLog.Reason}.")),
        };
    }

    /// <summary>The logits of a row that asked for them, valid until the next decode.</summary>
    internal ReadOnlySpan<float> Logits(int row)
    {
        Own();
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Options.BatchTokens, nameof(row));
        var logits = LlamaNative.llama_get_logits_ith(context, row);
        return logits != null
            ? new ReadOnlySpan<float>(logits, model.VocabularySize)
            : throw new LlamaException(string.Create(CultureInfo.InvariantCulture, $"Row {row} of the batch has no logits."));
    }

    /// <summary>The pooled vector of a sequence, valid until the next decode; only with <see cref="ContextOptions.Pooling"/>.</summary>
    internal ReadOnlySpan<float> Embedding(int sequence)
    {
        Own();
        Check(sequence);
        var vector = LlamaNative.llama_get_embeddings_seq(context, sequence);
        return vector != null
            ? new ReadOnlySpan<float>(vector, model.Width)
            : throw new LlamaException(string.Create(CultureInfo.InvariantCulture, $"Sequence {sequence} has no embedding."));
    }

    /// <summary>Tokens that a sequence holds.</summary>
    internal int Tokens(int sequence)
    {
        Own();
        Check(sequence);
        return LlamaNative.llama_memory_seq_pos_max(memory, sequence) + 1;
    }

    /// <summary>Drops what a sequence holds from a position on.</summary>
    internal void Remove(int sequence, int from)
    {
        Own();
        Check(sequence);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        if (LlamaNative.llama_memory_seq_rm(memory, sequence, from, -1) == 0)
        {
            throw new LlamaException(string.Create(CultureInfo.InvariantCulture, $"The library could not drop the KV of sequence {sequence} from position {from} on."));
        }
    }

    /// <summary>Drops a range of what a sequence holds; unified only.</summary>
    internal void Remove(int sequence, int from, int to)
    {
        Own();
        Check(sequence);
        CheckRange(from, to);
        if (LlamaNative.llama_memory_seq_rm(memory, sequence, from, to) == 0)
        {
            throw new LlamaException(string.Create(CultureInfo.InvariantCulture, $"The library could not drop the KV of sequence {sequence} from {from} to {to}."));
        }
    }

    /// <summary>Lets a sequence share a range of what another holds, without copying; unified only.</summary>
    internal void Share(int source, int target, int from, int to)
    {
        Own();
        Check(source);
        Check(target);
        CheckRange(from, to);
        LlamaNative.llama_memory_seq_cp(memory, source, target, from, to);
    }

    /// <summary>Bytes that <see cref="Save"/> needs now.</summary>
    internal int SavedBytes(int sequence)
    {
        Own();
        Check(sequence);
        return checked((int)LlamaNative.llama_state_seq_get_size(context, sequence));
    }

    /// <summary>Copies what a sequence holds into host memory.</summary>
    /// <returns>Bytes written; 0 when the library could not.</returns>
    internal int Save(int sequence, Span<byte> target)
    {
        Own();
        Check(sequence);
        fixed (byte* pointer = target)
        {
            return (int)LlamaNative.llama_state_seq_get_data(context, pointer, (nuint)target.Length, sequence);
        }
    }

    /// <summary>Copies saved state back into an empty sequence.</summary>
    /// <returns>Whether it could; else the sequence is empty.</returns>
    internal bool Restore(int sequence, ReadOnlySpan<byte> source)
    {
        Own();
        Check(sequence);
        fixed (byte* pointer = source)
        {
            if (LlamaNative.llama_state_seq_set_data(context, pointer, (nuint)source.Length, sequence) != 0)
            {
                return true;
            }
        }

        Remove(sequence, 0);
        return false;
    }

    /// <summary>Drops everything.</summary>
    internal void Clear()
    {
        Own();
        LlamaNative.llama_memory_clear(memory, 0);
    }

    /// <summary>Lets another thread own it from its next call on.</summary>
    internal void Disown() => owner = 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (context != 0)
        {
            LlamaNative.llama_free(context);
            context = 0;
            memory = 0;
        }
    }

    private static int RoundUp(int tokens) => (tokens + ContextOptions.TokenGranule - 1) / ContextOptions.TokenGranule * ContextOptions.TokenGranule;

    private void CheckSetUp(in LlamaContextParams parameters, int perPart)
    {
        if (KvTokens != (int)parameters.ContextTokens || SequenceTokens != perPart
            || LlamaNative.llama_n_batch(context) < parameters.BatchTokens || LlamaNative.llama_n_seq_max(context) != parameters.Sequences)
        {
            var found = string.Create(
                CultureInfo.InvariantCulture,
                $"{KvTokens} tokens, {SequenceTokens} a sequence, {LlamaNative.llama_n_seq_max(context)} sequences, batches of {LlamaNative.llama_n_batch(context)}");
            Dispose();
            throw new LlamaException($"The library set up another KV cache than it was asked for: {found}.");
        }
    }

    private void Own()
    {
        ObjectDisposedException.ThrowIf(context == 0, this);
        var thread = Environment.CurrentManagedThreadId;
        if (owner == 0)
        {
            owner = thread;
        }
        else if (owner != thread)
        {
            throw new InvalidOperationException("A context is used by one thread only.");
        }
    }

    private void Check(int sequence) => ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)sequence, (uint)Numbers, nameof(sequence));

    private void CheckRange(int from, int to)
    {
        if (Options.KvMode != KvMode.Unified || from < 0 || to <= from || to > SequenceTokens)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"Part {from} to {to} of a sequence can be shared or dropped in a unified cache only, within its {SequenceTokens} tokens."),
                nameof(from));
        }
    }
}
