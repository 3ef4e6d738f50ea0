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
    private readonly NativeIds ids;
    private readonly List<LlamaSequence> resident = [];
    private readonly List<LlamaSequence> step = [];
    private readonly List<Sequence> stopped = [];
    private readonly List<Sequence> failed = [];
    private LlamaSequence?[] bySlot = new LlamaSequence?[64];
    private long nativeTicks;
    private long samplingTicks;
    private LlamaRunnerStats stats = new(0, TimeSpan.Zero, TimeSpan.Zero, 0, 0, 0, 0);

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
        ids = new NativeIds(options.Sequences);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<Sequence> Stopped => CollectionsMarshal.AsSpan(stopped);

    /// <inheritdoc/>
    public ReadOnlySpan<Sequence> Failed => CollectionsMarshal.AsSpan(failed);

    /// <summary>What it has done so far; the engine's thread only.</summary>
    public LlamaRunnerStats Stats => stats with { NativeTime = Stopwatch.GetElapsedTime(0, nativeTicks), SamplingTime = Stopwatch.GetElapsedTime(0, samplingTicks) };

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
            PrefixCaching = false,
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
        PutAway();
        Gather(plan);
        Compute();
        stats = stats with { Steps = stats.Steps + 1 };
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
        Drop(own);
        resident.Remove(own);
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
        var begun = Stopwatch.GetTimestamp();
        for (var i = resident.Count - 1; i >= 0; i--)
        {
            var own = resident[i];
            if (own.Sequence.State == SequenceState.Running)
            {
                continue;
            }

            if (own.Sequence.SwappedTokens > 0 && own.NativeTokens == own.Sequence.SwappedTokens)
            {
                SwapOut(own);
            }

            Drop(own);
            resident.RemoveAt(i);
        }

        nativeTicks += Stopwatch.GetTimestamp() - begun;
    }

    private void SwapOut(LlamaSequence own)
    {
        var state = own.Keep(context.SavedBytes(own.NativeId));
        if (context.Save(own.NativeId, state) != state.Length)
        {
            own.Forget();
            return;
        }

        stats = stats with { SwapsOut = stats.SwapsOut + 1 };
    }

    private void Drop(LlamaSequence own)
    {
        if (own.NativeId >= 0)
        {
            context.Remove(own.NativeId, 0);
            ids.Release(own.NativeId);
            own.NativeId = -1;
            own.NativeTokens = 0;
        }
    }

    /// <summary>The step's sequences by rising number in the library, which wants them so, each holding the tokens that the core says it has.</summary>
    private void Gather(StepPlan plan)
    {
        step.Clear();
        foreach (var sequence in plan.Scheduled)
        {
            var own = Of(sequence);
            if (own.NativeId < 0)
            {
                own.NativeId = ids.Take();
                resident.Add(own);
            }

            step.Add(own);
        }

        step.Sort(static (one, other) => one.NativeId.CompareTo(other.NativeId));
        foreach (var own in step)
        {
            Align(own);
        }
    }

    private void Align(LlamaSequence own)
    {
        var wanted = own.Sequence.ComputedTokens;
        if (own.NativeTokens > wanted)
        {
            // Preempted and admitted again before this saw it.
            context.Remove(own.NativeId, wanted);
            own.NativeTokens = wanted;
        }

        if (own.NativeTokens < wanted)
        {
            var begun = Stopwatch.GetTimestamp();
            if (own.NativeTokens == 0 && !own.Saved.IsEmpty && context.Restore(own.NativeId, own.Saved))
            {
                own.NativeTokens = context.Tokens(own.NativeId);
                stats = stats with { SwapsIn = stats.SwapsIn + 1 };
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

            own.NativeTokens += count;
            stats = stats with { RepairedTokens = stats.RepairedTokens + count };
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
            foreach (var own in step)
            {
                Sample(own);
            }

            return;
        }

        // The accounts of the core make sure that this does not happen. Should it happen, those that still fit go on, one by one.
        foreach (var own in step)
        {
            batch.Clear();
            AddScheduled(own);
            if (batch.Count > 0 && Decode() == DecodeResult.Done)
            {
                Sample(own);
            }
            else
            {
                Fail(own);
            }
        }
    }

    private void AddScheduled(LlamaSequence own)
    {
        own.Row = -1;
        var sequence = own.Sequence;
        if (own.NativeTokens == sequence.ComputedTokens)
        {
            var row = AddRows(own, sequence.ScheduledTokens, sequence.ScheduledTokens == sequence.RemainingTokens);
            own.Row = sequence.ScheduledTokens == sequence.RemainingTokens ? row : -1;
        }
    }

    private int AddRows(LlamaSequence own, int count, bool wantsLogits)
    {
        var tokens = own.Tokens;
        var row = -1;
        for (var i = 0; i < count; i++)
        {
            var position = own.NativeTokens + i;
            row = batch.Add(tokens[position], position, own.NativeId, wantsLogits && i == count - 1);
        }

        return row;
    }

    private DecodeResult Decode()
    {
        var begun = Stopwatch.GetTimestamp();
        var result = context.Decode(batch);
        nativeTicks += Stopwatch.GetTimestamp() - begun;
        if (result == DecodeResult.NoRoom)
        {
            stats = stats with { NoRoom = stats.NoRoom + 1 };
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

    private void Sample(LlamaSequence own)
    {
        if (own.NativeTokens != own.Sequence.ComputedTokens)
        {
            return;
        }

        own.NativeTokens += own.Sequence.ScheduledTokens;
        if (own.Row < 0)
        {
            return;
        }

        var begun = Stopwatch.GetTimestamp();
        var logits = context.Logits(own.Row);
        var token = own.Sampler.Next(logits, own.Tokens[..own.PromptTokens], own.Tokens[own.PromptTokens..], scratch);
        samplingTicks += Stopwatch.GetTimestamp() - begun;
        own.Add(token);
        var ends = !own.Options.IgnoreEnd && model.EndsGeneration(token);
        var isLast = ends || own.Sequence.OutputTokens + 1 >= own.Sequence.StopAfter;
        var text = own.Text.Append(model.Piece(token), isLast);
        if (ends || own.Text.IsStopped)
        {
            stopped.Add(own.Sequence);
        }

        own.Emitted = new GeneratedToken(text, IsLast: false)
        {
            Id = token,
            Finish = ends || own.Text.IsStopped ? FinishReason.Stop : FinishReason.Length,
            Logprobs = own.Options.Logprobs is { } alternatives ? Sampler.Logprobs(logits, token, alternatives) : null,
        };
    }
}
