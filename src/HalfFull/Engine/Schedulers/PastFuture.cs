using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Engine.Victims;
using HalfFull.Policies;
using HalfFull.Prediction;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// Past-Future scheduling (Gong et al., ASPLOS 2025; LightLLM, branch future_past_router): as LightLLM, but every output is drawn from the lengths of the last 200
/// requests, given that it is longer than what it has generated. The head is admitted when in each of five such scenarios the future peak stays
/// below 95% of capacity. What lengths were in the past must hold for the future: a changing mix of requests costs preemptions or waiting.
/// </summary>
[Policy("past-future", "First come, first served by future peaks drawn from past output lengths, as Past-Future in LightLLM; good packing, but misled when the mix of requests changes.")]
public sealed class PastFuture : IEngineScheduler
{
    private readonly Options options;
    private readonly LengthHistory history;
    private readonly Rng draws;
    private readonly FuturePeak[] scenarios;
    private int[] counted = new int[64]; // for each running sequence, past lengths that it has outgrown

    /// <summary>One scheduler for one engine.</summary>
    public PastFuture(Options options, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(rng);
        this.options = options;
        history = new LengthHistory(options.Window);
        draws = rng.Fork("past-future");
        scenarios = new FuturePeak[options.Scenarios];
        for (var i = 0; i < scenarios.Length; i++)
        {
            scenarios[i] = new FuturePeak();
        }

        Victim = VictimRules.Create(options.Victim);
    }

    /// <inheritdoc/>
    public IVictimRule Victim { get; }

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        var prefills = DecodesFirst.Continue(engine, plan);
        var asked = engine.Waiting.Count > 0 && plan.SeatsLeft > 0 && plan.TokensLeft > 0;
        prefills |= asked && Admit(engine, plan, prefills);
        if (prefills)
        {
            return;
        }

        DecodesFirst.Decode(engine, plan);
        if (!asked)
        {
            // Nobody waits, or there is no seat: then nothing is drawn. A refused head is asked again in the next step, with other draws.
            plan.HoldFor(int.MaxValue);
        }
    }

    /// <inheritdoc/>
    public void Finished(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        history.Add(sequence.OutputTokens);
    }

    private bool Admit(in EngineSnapshot engine, StepPlan plan, bool prefills)
    {
        var limits = engine.Limits;
        var anyRuns = !engine.Running.IsEmpty;
        var admitted = false;
        DrawScenarios(engine.Running);

        foreach (var sequence in engine.Waiting)
        {
            if (!WholePrompt.FitsStep(plan, sequence, prefills || admitted)
                || !(Fits(limits, plan, sequence) || !anyRuns)
                || !plan.TryAdmit(sequence, limits.BlocksFor(sequence.KnownTokens)))
            {
                break;
            }

            admitted = true;
            anyRuns = true;
        }

        return admitted;
    }

    private void DrawScenarios(ReadOnlySpan<Sequence> running)
    {
        if (counted.Length < running.Length)
        {
            Array.Resize(ref counted, Math.Max(running.Length, counted.Length * 2));
        }

        for (var i = 0; i < running.Length; i++)
        {
            counted[i] = history.CountUpTo(running[i].OutputTokens);
        }

        foreach (var scenario in scenarios)
        {
            scenario.Clear();
            for (var i = 0; i < running.Length; i++)
            {
                var sequence = running[i];
                var length = history.Draw(draws, counted[i], sequence.OutputTokens, sequence.OutputLimit);
                scenario.Add(OccupiedTokens.OfRunning(sequence), length - sequence.OutputTokens);
            }
        }
    }

    /// <summary>Whether the worst scenario, with the newcomer added to each, stays below the allowed share of capacity.</summary>
    private bool Fits(EngineLimits limits, StepPlan plan, Sequence newcomer)
    {
        var room = (options.Capacity * limits.KvCapacityTokens) - plan.SharedTokens;
        var occupied = OccupiedTokens.OfWaiting(limits, plan, newcomer);
        var fits = true;
        foreach (var scenario in scenarios)
        {
            scenario.Add(occupied, Remaining(newcomer));
            fits = fits && scenario.Tokens() < room;
        }

        return fits;
    }

    private int Remaining(Sequence sequence) =>
        history.Draw(draws, sequence.OutputTokens, sequence.OutputLimit) - sequence.OutputTokens;

    /// <summary>Options, with the defaults of the paper.</summary>
    public sealed record Options
    {
        /// <summary>Output lengths remembered.</summary>
        [Option("Output lengths that are remembered.")]
        [Range(1, 100_000)]
        public int Window { get; init; } = 200;

        /// <summary>Scenarios drawn.</summary>
        [Option("Scenarios of output lengths drawn in each step in which somebody waits.")]
        [Range(1, 100)]
        public int Scenarios { get; init; } = 5;

        /// <summary>Share of the KV capacity that may be planned with.</summary>
        [Option("Share of the KV cache below which the peak of every scenario must stay.")]
        [Range(0.01, 1.0)]
        public double Capacity { get; init; } = 0.95;

        /// <summary>Who gives back blocks.</summary>
        [Option(VictimRules.Summary)]
        public VictimChoice Victim { get; init; } = VictimChoice.Newest;
    }
}
