using HalfFull.Prediction;

namespace HalfFull.Engine.Schedulers;

/// <summary>The admission rules that LARRY can be given; one step's worth of state.</summary>
internal sealed class LarryGate(Larry.Options options, TenantOutputs outputs)
{
    private const double FullPromptWatermark = 0.01;
    private readonly SurvivalGate survival = new(options.Z, outputs, options.Tenants);
    private bool bounded;
    private bool built;
    private bool anyRuns;

    /// <summary>Starts a step.</summary>
    internal void Open(in EngineSnapshot engine)
    {
        bounded = false;
        built = false;
        anyRuns = !engine.Running.IsEmpty;
    }

    /// <summary>Admits the head of the queue if the rule lets it; if nothing runs, whenever it fits.</summary>
    /// <param name="engine">What the scheduler sees.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="head">The head of the queue.</param>
    /// <param name="unfinishedBlocks">Blocks that partial prefills still need.</param>
    internal bool TryAdmit(in EngineSnapshot engine, StepPlan plan, Sequence head, int unfinishedBlocks)
    {
        var allowed = !anyRuns || options.Gate switch
        {
            Larry.GateRule.PerChunk => true,
            Larry.GateRule.FullPrompt => WholePromptFits(plan, head, unfinishedBlocks + (int)(FullPromptWatermark * engine.Limits.KvBlocks)),
            Larry.GateRule.Oracle => WholePromptFits(plan, head, unfinishedBlocks) && PeakFits(engine, plan, head),
            _ => WholePromptFits(plan, head, unfinishedBlocks) && SurvivalAdmits(engine, plan, head),
        };
        if (!allowed || !plan.TryAdmit(head))
        {
            return false;
        }

        if (options.Gate == Larry.GateRule.Survival)
        {
            Count(engine, head);
        }

        anyRuns = true;
        return true;
    }

    /// <summary>Whether all known tokens fit beside the rest of the prompts already begun, so that prompts alone never cause a preemption.</summary>
    private static bool WholePromptFits(StepPlan plan, Sequence head, int keptBlocks) =>
        plan.BlocksToHold(head, head.KnownTokens) <= plan.FreeBlocks - keptBlocks;

    private bool SurvivalAdmits(in EngineSnapshot engine, StepPlan plan, Sequence head)
    {
        BuildBound(engine);
        var cached = plan.CachedTokens(head);
        var shared = plan.SharedTokens + ((long)plan.BlocksToHold(head, cached) * engine.Limits.BlockSize);
        var capacity = engine.Limits.KvCapacityTokens;
        if (survival.CertainlyAdmits(head, cached, shared, capacity))
        {
            return true;
        }

        if (!built)
        {
            built = true;
            survival.Build(engine.Running);
            foreach (var sequence in plan.Scheduled)
            {
                if (sequence.AdmittedInPlan)
                {
                    survival.AddNewcomer(sequence, sequence.SharedTokens);
                }
            }
        }

        return survival.Admits(head, cached, shared, capacity);
    }

    private void BuildBound(in EngineSnapshot engine)
    {
        if (!bounded)
        {
            bounded = true;
            survival.BuildBound(engine.Running);
        }
    }

    /// <summary>Counts a sequence just admitted.</summary>
    private void Count(in EngineSnapshot engine, Sequence admitted)
    {
        BuildBound(engine);
        survival.AddToBound(admitted.KnownTokens - admitted.SharedTokens);
        if (built)
        {
            survival.AddNewcomer(admitted, admitted.SharedTokens);
        }
    }

    private static bool PeakFits(in EngineSnapshot engine, StepPlan plan, Sequence head)
    {
        plan.Peak.Clear();
        foreach (var sequence in engine.Running)
        {
            AddToPeak(plan.Peak, engine.Limits, sequence, sequence.SharedTokens);
        }

        foreach (var sequence in plan.Scheduled)
        {
            if (sequence.AdmittedInPlan)
            {
                AddToPeak(plan.Peak, engine.Limits, sequence, sequence.SharedTokens);
            }
        }

        var cached = plan.CachedTokens(head);
        AddToPeak(plan.Peak, engine.Limits, head, cached);
        var shared = plan.SharedTokens + ((long)plan.BlocksToHold(head, cached) * engine.Limits.BlockSize);
        return plan.Peak.Tokens() + shared <= engine.Limits.KvCapacityTokens;
    }

    private static void AddToPeak(FuturePeak peak, EngineLimits limits, Sequence sequence, int sharedTokens)
    {
        var blocks = limits.BlocksFor(sequence.KnownTokens - sharedTokens) + 1;
        peak.Add(blocks * limits.BlockSize, Srpt.Remaining(sequence.Request, sequence.OutputTokens) - 1);
    }
}
