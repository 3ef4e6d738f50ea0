using HalfFull.Metrics;

namespace HalfFull.Simulation.Handovers;

/// <summary>What a run copied from replicas that prefill to those that decode.</summary>
public sealed class HandoverTotals
{
    /// <summary>Copies that arrived.</summary>
    public long Count { get; private set; }

    /// <summary>Tokens whose KV they carried.</summary>
    public long Tokens { get; private set; }

    /// <summary>From a request's token at its source until its copy started: no room yet, or a busy link.</summary>
    public LogHistogram Waits { get; } = new();

    /// <summary>From the start of a copy until it had arrived.</summary>
    public LogHistogram Copies { get; } = new();

    internal void Add(Handover handover, TimeSpan now)
    {
        Count++;
        Tokens += handover.Tokens;
        Waits.Add((handover.CopyStart - handover.Since).Ticks, 1);
        Copies.Add((now - handover.CopyStart).Ticks, 1);
    }
}
