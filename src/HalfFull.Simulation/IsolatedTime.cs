using HalfFull.Engine.StepTime;
using HalfFull.Metrics;

namespace HalfFull.Simulation;

/// <summary>
/// The end-to-end time of a request alone on an idle replica with an empty cache: its prompt in chunks of the token budget, then one decode step for each
/// further token. Equal to a simulation of it, to the tick; sums of decode steps are kept, so that a request costs O(chunks). One that was prefilled elsewhere is
/// alone on both replicas, with the copy of its KV in between.
/// </summary>
/// <param name="fleet">The replicas.</param>
/// <param name="kvTransfer">How long KV takes between them; needed where they have roles.</param>
public sealed class IsolatedTime(IReadOnlyList<ReplicaSpec> fleet, KvTransferTime? kvTransfer = null) : IIsolatedTime
{
    private readonly Dictionary<IStepTimeModel, List<long>> decodeSums = [];

    /// <inheritdoc/>
    public TimeSpan Of(in RequestRecord request)
    {
        var decoder = fleet[Math.Max(0, request.Replica)];
        var spec = request.PrefillReplica is { } prefill ? fleet[prefill] : decoder;
        var ticks = request.PrefillReplica is { } source && source != request.Replica ? kvTransfer!.Of(request.PromptTokens).Ticks : 0;
        for (var done = 0; done < request.PromptTokens;)
        {
            var chunk = Math.Min(spec.Limits.TokenBudget, request.PromptTokens - done);
            ticks += spec.StepTime.Predict(default(StepShape).WithChunk(chunk, done)).Ticks;
            done += chunk;
        }

        var last = request.PromptTokens + Math.Max(0, request.OutputTokens - 1);
        var sums = SumsTo(decoder.StepTime, last);
        return new TimeSpan(ticks + sums[last] - sums[request.PromptTokens]);
    }

    /// <summary>Element i: ticks of decode steps over 1, 2, … i tokens.</summary>
    private List<long> SumsTo(IStepTimeModel stepTime, int tokens)
    {
        if (!decodeSums.TryGetValue(stepTime, out var sums))
        {
            sums = [0];
            decodeSums.Add(stepTime, sums);
        }

        for (var length = sums.Count; length <= tokens; length++)
        {
            sums.Add(sums[^1] + stepTime.Predict(StepShape.Decode(1, length)).Ticks);
        }

        return sums;
    }
}
