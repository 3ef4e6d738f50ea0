using HalfFull.Engine;
using HalfFull.Routing;
using HalfFull.Simulation.Handovers;

namespace HalfFull.Simulation.Gateways;

/// <summary>What a replica tells of itself at a moment: the figures of a <see cref="ReplicaView"/> that no ledger knows.</summary>
/// <param name="specs">The replicas by number.</param>
/// <param name="withSequences">Whether a router reads the sequences and the engine's model.</param>
/// <param name="intakes">Who waits at replicas for room to be decoded; null where nobody ever does.</param>
internal sealed class ReplicaObserver(IReadOnlyList<ReplicaSpec> specs, bool withSequences, Intakes? intakes)
{
    private readonly EngineModel[] engines = withSequences ? [.. specs.Select(static spec => new EngineModel(spec.Limits, spec.StepTime))] : [];
    private readonly SequenceView[][] sequences = withSequences ? [.. specs.Select(static spec => new SequenceView[spec.Limits.MaxSequences])] : [];

    /// <summary>Its figures now, with what the gateway knows itself. The sequences are valid until it is observed again.</summary>
    internal ReplicaView Observe(Replica replica, in OwnFigures own = default) => new()
    {
        Replica = replica.Id,
        Epoch = own.Epoch,
        Latency = own.Latency,
        CachedPromptTokens = own.CachedPromptTokens,
        InFlightRequests = own.InFlightRequests,
        InFlightPromptTokens = own.InFlightPromptTokens,
        InFlightStreaming = own.InFlightStreaming,
        InFlightPrefillTokens = own.InFlightPrefillTokens,
        UnreportedRequests = own.UnreportedRequests,
        UnreportedPrefillTokens = own.UnreportedPrefillTokens,
        UnreportedPromptTokens = own.UnreportedPromptTokens,
        Running = replica.Running + (intakes is null ? 0 : replica.Reserved),
        Waiting = replica.Waiting + (intakes?.Requests(replica.Id) ?? 0),
        QueuedPrefillTokens = replica.QueuedPrefillTokens,
        KvTokensInUse = replica.KvTokensInUse,
        KvTokensQueued = replica.KvTokensQueued + (intakes?.Tokens(replica.Id) ?? 0),
        KvCapacityTokens = replica.Limits.KvCapacityTokens,
        PrefillTokensPerSecond = replica.Rates.PrefillTokensPerSecond,
        ReleasedTokensPerSecond = replica.Rates.ReleasedTokensPerSecond,
        MeanOutputTokens = replica.Rates.MeanOutputTokens,
        SecondsPerStep = replica.Steps > 0 ? replica.BusyTime.TotalSeconds / replica.Steps : null,
        Engine = withSequences ? engines[replica.Id] : null,
        Sequences = withSequences ? Sequences(replica) : default,
    };

    /// <summary>All that is known of a replica that has not reported since it started: its size.</summary>
    internal ReplicaView Unknown(int replica) => new()
    {
        Replica = replica,
        KvCapacityTokens = specs[replica].Limits.KvCapacityTokens,
        Engine = withSequences ? engines[replica] : null,
    };

    private ReadOnlyMemory<SequenceView> Sequences(Replica replica)
    {
        var running = replica.RunningSequences;
        var copies = sequences[replica.Id];
        for (var i = 0; i < running.Count; i++)
        {
            var sequence = running[i];
            var uncounted = sequence.ScheduledTokens > 0 ? replica.UncountedTokens : 0;
            copies[i] = new SequenceView(
                sequence.ComputedTokens + uncounted,
                sequence.IsDecoding ? 0 : sequence.RemainingTokens,
                sequence.OutputTokens + uncounted,
                sequence.OutputLimit,
                sequence.Request.PredictedOutputTokens);
        }

        return copies.AsMemory(0, running.Count);
    }
}
