using System.Diagnostics;
using System.Runtime.InteropServices;
using HalfFull.Engine.Native;
using HalfFull.Engine.Sampling;

namespace HalfFull.Engine.Hosting;

/// <summary>
/// Computes steps with a real model through llama.cpp. The core has decided who runs and that there is room; this carries it out: KV of preempted sequences is dropped or copied to
/// host memory, what was copied comes back, chunks and decodes go into one batch, and the tokens are chosen.
/// </summary>
public sealed class LlamaRunner : IModelRunner, IDisposable
{
    private readonly LlamaModel model;
    private readonly LlamaContext context;
    private readonly LlamaBatch batch;
    private readonly StepClock clock;
    private readonly SamplerScratch scratch;
    private readonly NativeKv kv;
    private readonly List<LlamaSequence> resident = [];
    private readonly List<LlamaSequence> newcomers = [];
    private readonly List<LlamaSequence> step = [];
    private readonly List<Sequence> stopped = [];
    private readonly List<Sequence> failed = [];
    private LlamaSequence?[] bySlot = new LlamaSequence?[64];
    private long steps;
    private long nativeTicks;
    private long samplingTicks;
    private long swapsOut;
    private long swapsIn;
    private long repairedTokens;
    private long noRoom;

    /// <summary>Makes the KV cache.</summary>
    /// <param name="model">The model; it must live as long as this does.</param>
    /// <param name="options">How the KV cache is set up.</param>
    /// <param name="clock">Says when steps end.</param>
    /// <exception cref="LlamaException">There is not enough memory.</exception>
    public LlamaRunner(LlamaModel model, ContextOptions options, StepClock clock)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        this.model = model;
        this.clock = clock;
        context = new LlamaContext(model, options);
        batch = context.NewBatch();
        scratch = new SamplerScratch(model.VocabularySize);
        kv = new NativeKv(context);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<Sequence> Stopped => CollectionsMarshal.AsSpan(stopped);

    /// <inheritdoc/>
    public ReadOnlySpan<Sequence> Failed => CollectionsMarshal.AsSpan(failed);

    /// <inheritdoc/>
    public ReadOnlySpan<long> LostPrefixes => kv.Lost;

    /// <summary>What it has done so far; the engine's thread only.</summary>
    public LlamaRunnerStats Stats =>
        new(steps, Stopwatch.GetElapsedTime(0, nativeTicks), Stopwatch.GetElapsedTime(0, samplingTicks), swapsOut, swapsIn, repairedTokens, kv.TokensTaken, noRoom);

    /// <summary>
    /// Limits of an engine core whose accounts agree with this KV cache: its blocks hold no more tokens than the cache, no sequence more than its part of it or
    /// the model was trained for, and no step more than a batch.
    /// </summary>
    /// <param name="blockSize">Tokens in one block of the core's accounts.</param>
    /// <param name="kvBlocks">Blocks; null for as many as there are.</param>
    /// <param name="maxModelLength">Most tokens of prompt and output together; null for as many as there can be.</param>
    /// <param name="swapBytes">Host memory for the KV of preempted sequences.</param>
    /// <exception cref="ArgumentException">More is asked for than there is.</exception>
    public EngineLimits Limits(int blockSize = 16, int? kvBlocks = null, int? maxModelLength = null, long swapBytes = 0)
    {
        var most = context.KvTokens / blockSize;
        var longest = Math.Min(context.SequenceTokens, model.TrainedTokens);
        if (most < 1 || kvBlocks > most)
        {
            throw new ArgumentException($"The KV cache of {context.KvTokens} tokens has {most} blocks of {blockSize} tokens, not {kvBlocks ?? 1}.", nameof(kvBlocks));
        }

        if (maxModelLength > longest)
        {
            throw new ArgumentException($"A sequence has room for {longest} tokens here, not {maxModelLength}.", nameof(maxModelLength));
        }

        var bytesPerNumber = context.Options.KvType == KvType.F32 ? 4 : 2;
        return new EngineLimits(kvBlocks ?? most)
        {
            BlockSize = blockSize,
            MaxSequences = context.Options.Sequences,
            TokenBudget = context.Options.BatchTokens,
            MaxModelLength = maxModelLength ?? longest,
            PrefixCaching = true,
            SwapTokens = model.File.KvBytesPerToken(bytesPerNumber) is { } bytes and > 0 ? swapBytes / bytes : 0,
        };
    }

    /// <inheritdoc/>
    public void Begin(Sequence sequence, GenerationInput? input)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        ArgumentNullException.ThrowIfNull(input);
        if (input.Prompt.Length != sequence.PromptTokens)
        {
            throw new ArgumentException($"The prompt has {input.Prompt.Length} tokens where the request says {sequence.PromptTokens}.", nameof(input));
        }

        if (sequence.Slot >= bySlot.Length)
        {
            Array.Resize(ref bySlot, sequence.Slot * 2);
        }

        bySlot[sequence.Slot] = new LlamaSequence(sequence, input);
    }

    /// <inheritdoc/>
    public TimeSpan Run(StepPlan plan, TimeSpan start)
    {
        ArgumentNullException.ThrowIfNull(plan);
        clock.Begin();
        stopped.Clear();
        failed.Clear();
        kv.ClearLost();
        PutAway();
        kv.Settle(plan);
        Gather(plan);
        Compute();
        steps++;
        return clock.End(start);
    }

    /// <inheritdoc/>
    public GeneratedToken Token(Sequence sequence, int index, bool isLast)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        return Of(sequence).Emitted with { IsLast = isLast };
    }

    /// <inheritdoc/>
    public void End(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        if (bySlot[sequence.Slot] is not { } own || !ReferenceEquals(own.Sequence, sequence))
        {
            return;
        }

        bySlot[sequence.Slot] = null;
        own.Forget();
        resident.Remove(own);
        var begun = Stopwatch.GetTimestamp();
        kv.Leave(own);
        nativeTicks += Stopwatch.GetTimestamp() - begun;
    }

    /// <summary>Lets another thread run it from its next step on.</summary>
    internal void Disown() => context.Disown();

    /// <summary>Frees the KV cache. Not while a step is computed.</summary>
    public void Dispose()
    {
        batch.Dispose();
        context.Dispose();
    }

    private LlamaSequence Of(Sequence sequence) => bySlot[sequence.Slot]!;

    /// <summary>Takes the KV of preempted sequences out of the library, before anybody else needs the room.</summary>
    private void PutAway()
    {
        for (var i = resident.Count - 1; i >= 0; i--)
        {
            var own = resident[i];
            if (own.Sequence.State == SequenceState.Running)
            {
                continue;
            }

            var begun = Stopwatch.GetTimestamp();
            if (own.Sequence.SwappedTokens > 0 && own.NativeTokens == own.Sequence.SwappedTokens)
            {
                SwapOut(own);
            }

            kv.Leave(own);
            resident.RemoveAt(i);
            nativeTicks += Stopwatch.GetTimestamp() - begun;
        }
    }

    private void SwapOut(LlamaSequence own)
    {
        var state = own.Keep(context.SavedBytes(own.Kv!.Id));
        if (context.Save(own.Kv.Id, state) != state.Length)
        {
            own.Forget();
            return;
        }

        swapsOut++;
    }

    /// <summary>The step's sequences by rising number in the library, which wants them so, each holding the tokens that the core says it has.</summary>
    private void Gather(StepPlan plan)
    {
        step.Clear();
        newcomers.Clear();
        foreach (var sequence in plan.Scheduled)
        {
            var own = Of(sequence);
            step.Add(own);
            if (own.Kv is null)
            {
                newcomers.Add(own);
            }
        }

        if (newcomers.Count > 0)
        {
            var begun = Stopwatch.GetTimestamp();
            kv.Place(newcomers);
            resident.AddRange(newcomers);
            nativeTicks += Stopwatch.GetTimestamp() - begun;
        }

        var last = -1;
        var isSorted = true;
        foreach (var own in step)
        {
            isSorted &= own.Kv!.Id > last;
            last = own.Kv.Id;
        }

        if (!isSorted)
        {
            step.Sort(static (one, other) => one.Kv!.Id.CompareTo(other.Kv!.Id));
        }

        foreach (var own in step)
        {
            if (own.NativeTokens != own.Sequence.ComputedTokens)
            {
                Align(own);
            }
        }
    }

    private void Align(LlamaSequence own)
    {
        var part = own.Kv!;
        var wanted = own.Sequence.ComputedTokens;
        if (part.Tokens > wanted)
        {
            // Preempted and admitted again before this saw it.
            kv.Cut(part, wanted);
        }

        if (part.Tokens < wanted)
        {
            var begun = Stopwatch.GetTimestamp();
            if (part.Tokens == 0 && !own.Saved.IsEmpty && context.Restore(part.Id, own.Saved))
            {
                part.Tokens = context.Tokens(part.Id);
                swapsIn++;
            }

            nativeTicks += Stopwatch.GetTimestamp() - begun;
            own.Forget();
            Repair(own, wanted);
        }
    }

    /// <summary>Computes tokens that should be there and are not, because their copy could not be made or read.</summary>
    private void Repair(LlamaSequence own, int wanted)
    {
        while (own.NativeTokens < wanted)
        {
            var count = Math.Min(batch.Capacity, wanted - own.NativeTokens);
            batch.Clear();
            AddRows(own, count, wantsLogits: false);
            if (Decode() == DecodeResult.NoRoom)
            {
                Fail(own);
                return;
            }

            own.Kv!.Tokens += count;
            repairedTokens += count;
        }
    }

    private void Compute()
    {
        batch.Clear();
        foreach (var own in step)
        {
            AddScheduled(own);
        }

        if (batch.Count == 0)
        {
            return;
        }

        if (Decode() == DecodeResult.Done)
        {
            Finish(CollectionsMarshal.AsSpan(step));
            return;
        }

        // The accounts of the core make sure that this does not happen. Should it happen, those that still fit go on, one by one.
        for (var i = 0; i < step.Count; i++)
        {
            batch.Clear();
            AddScheduled(step[i]);
            if (batch.Count > 0 && Decode() == DecodeResult.Done)
            {
                Finish(CollectionsMarshal.AsSpan(step).Slice(i, 1));
            }
            else
            {
                Fail(step[i]);
            }
        }
    }

    private void AddScheduled(LlamaSequence own)
    {
        own.Row = -1;
        var sequence = own.Sequence;
        if (own.NativeTokens == sequence.ComputedTokens)
        {
            var emits = sequence.ScheduledTokens == sequence.RemainingTokens;
            var row = AddRows(own, sequence.ScheduledTokens, emits);
            own.Row = emits ? row : -1;
        }
    }

    private int AddRows(LlamaSequence own, int count, bool wantsLogits)
    {
        var first = own.NativeTokens;
        return batch.Add(own.Tokens.Slice(first, count), first, own.Kv!.Id, wantsLogits);
    }

    private DecodeResult Decode()
    {
        var begun = Stopwatch.GetTimestamp();
        var result = context.Decode(batch);
        nativeTicks += Stopwatch.GetTimestamp() - begun;
        if (result == DecodeResult.NoRoom)
        {
            noRoom++;
        }

        return result;
    }

    private void Fail(LlamaSequence own)
    {
        if (!failed.Contains(own.Sequence))
        {
            failed.Add(own.Sequence);
        }
    }

    /// <summary>Counts what was computed and gives their tokens to those that get one.</summary>
    private void Finish(ReadOnlySpan<LlamaSequence> computed)
    {
        var begun = Stopwatch.GetTimestamp();
        foreach (var own in computed)
        {
            if (own.Row >= 0)
            {
                own.Next = own.Sampler.Next(context.Logits(own.Row), own.Tokens[..own.PromptTokens], own.Tokens[own.PromptTokens..], scratch);
            }
        }

        samplingTicks += Stopwatch.GetTimestamp() - begun;
        foreach (var own in computed)
        {
            if (own.NativeTokens != own.Sequence.ComputedTokens)
            {
                continue;
            }

            own.Kv!.Tokens += own.Sequence.ScheduledTokens;
            if (own.Row >= 0)
            {
                Emit(own, own.Next);
            }
        }
    }

    private void Emit(LlamaSequence own, int token)
    {
        own.Add(token);
        var ends = !own.Options.IgnoreEnd && model.EndsGeneration(token);
        var isLast = ends || own.Sequence.OutputTokens + 1 >= own.Sequence.StopAfter;
        var text = own.Text.Append(model.Piece(token), model.WholeText(token), isLast);
        if (ends || own.Text.IsStopped)
        {
            stopped.Add(own.Sequence);
        }

        own.Emitted = new GeneratedToken(text, IsLast: false)
        {
            Id = token,
            Finish = ends || own.Text.IsStopped ? FinishReason.Stop : FinishReason.Length,
            Logprobs = own.Options.Logprobs is { } alternatives ? Sampler.Logprobs(context.Logits(own.Row), token, alternatives) : null,
        };
    }
}
