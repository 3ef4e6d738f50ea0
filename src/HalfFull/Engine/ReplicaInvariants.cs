namespace HalfFull.Engine;

/// <summary>The invariants of a replica, checked by recomputation. Tests run with this after every step.</summary>
internal static class ReplicaInvariants
{
    internal static void Check(
        EngineLimits limits, KvCache cache, List<Sequence> running, StepPlan plan, int repeated, bool inFlight, long partialTokens, int keptBlocks)
    {
        Require(
            cache.UnusedBlocks + cache.EvictableBlocks + cache.SharedBlocks + cache.PrivateBlocks == limits.KvBlocks
            && cache.UnusedBlocks >= 0 && cache.EvictableBlocks >= 0 && cache.SharedBlocks >= 0 && cache.PrivateBlocks >= 0,
            "KV blocks do not add up to the pool.");
        Require(running.Count + plan.ReservedSeats <= limits.MaxSequences && plan.ReservedSeats >= 0, "More sequences run than there are seats.");
        var held = keptBlocks;
        var partial = 0L;
        foreach (var sequence in running)
        {
            Require(sequence.State == SequenceState.Running, "A sequence that does not run is among the running ones.");
            Require(sequence.HeldBlocks >= limits.BlocksFor(sequence.ComputedTokens), "A running sequence holds fewer blocks than its tokens need.");
            Require(sequence.ComputedTokens < sequence.KnownTokens, "A running sequence has nothing left to compute.");
            var unseen = sequence.ScheduledTokens > 0 ? repeated : 0;
            Require(sequence.OutputTokens + unseen < sequence.OutputLimit, "A sequence went on beyond its limit.");
            held += sequence.PrivateBlocks;
            partial += sequence.IsDecoding ? 0 : sequence.RemainingTokens;
        }

        Require(repeated > 0 || held == cache.PrivateBlocks, "Private blocks are not those of the running sequences and of holds.");
        Require(partial == partialTokens, "The count of tokens in partial prefills is off.");
        if (!inFlight)
        {
            return;
        }

        var tokens = 0;
        foreach (var sequence in plan.Scheduled)
        {
            Require(sequence.State == SequenceState.Running, "The plan holds a sequence that does not run.");
            Require(
                sequence.ScheduledTokens >= 1 && sequence.ScheduledTokens <= sequence.RemainingTokens,
                "The plan computes nothing, or more than there is, for a sequence.");
            tokens += sequence.ScheduledTokens;
        }

        Require(tokens <= limits.TokenBudget && tokens > 0, "The plan breaks the token budget or is empty.");
        Require(plan.Scheduled.Length <= limits.MaxSequences, "The plan has more sequences than there are seats.");
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new InvalidOperationException(message);
        }
    }
}
