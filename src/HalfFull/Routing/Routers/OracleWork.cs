using System.ComponentModel.DataAnnotations;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Routing.Routers;

/// <summary>
/// Least work left, with output lengths that a predictor tells: prompts until their first token, and outputs, weighted, until their end. With the oracle it bounds what
/// knowing lengths could bring; a real predictor brings less. Blind to prefixes and memory, and decoding progress does not count.
/// </summary>
[Policy("oracle-work", "Least predicted work left, needs --predict; a bound on what output lengths could tell, blind to prefixes and memory.")]
public sealed class OracleWork(OracleWork.Options options, RouterSeed seed) : IRouter, IRestorable
{
    private const double OutputPrior = 256; // tokens, of a request without a prediction
    private readonly PerReplica<Work> work = new();
    private readonly OpenRequests<Share> shares = new();

    /// <inheritdoc/>
    public bool NeedsPrediction => true;

    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var rates = FleetRates.Of(candidates);
        var own = request.Request.PromptTokens + Output(request.Request);
        var least = new LeastScore(seed.Value, request.Request.Id);
        for (var i = 0; i < candidates.Length; i++)
        {
            ref readonly var view = ref candidates[i];
            var score = (work.Of(view).Tokens + own) / rates.PrefillOf(view);
            least.Offer(i, view.Replica, score, view.InFlightRequests);
            if (!scores.IsEmpty)
            {
                scores[i] = score;
            }
        }

        return RouteDecision.Route(least.Index, "least work left");
    }

    /// <inheritdoc/>
    public void Dispatched(in RouteRequest request, in ReplicaView replica)
    {
        Forget(request.Request.Id);
        var share = new Share(replica.Replica, replica.Epoch, request.Request.PromptTokens, Output(request.Request));
        shares.Set(request.Request.Id, share);
        if (shares.TryGet(request.Request.Id, out _))
        {
            work.Of(replica).Tokens += share.Prompt + share.Output;
        }
    }

    /// <inheritdoc/>
    public void FirstToken(Request request, int replica, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (shares.TryGet(request.Id, out var share))
        {
            Take(share, share.Prompt);
            shares.Set(request.Id, share with { Prompt = 0 });
        }
    }

    /// <inheritdoc/>
    public void Ended(in RequestRecord record) => Forget(record.Id);

    /// <inheritdoc/>
    public void Save(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        work.Save(state);
        shares.Save(state, static (to, share) =>
        {
            to.Whole(share.Replica);
            to.Whole(share.Epoch);
            to.Real(share.Prompt);
            to.Real(share.Output);
        });
    }

    /// <inheritdoc/>
    public void Restore(ref StateReader state)
    {
        work.Restore(ref state);
        shares.Restore(ref state, static (ref StateReader from) => new Share(from.Whole32(), from.Whole(), from.Real(), from.Real()));
    }

    private void Forget(long id)
    {
        if (shares.Remove(id, out var share))
        {
            Take(share, share.Prompt + share.Output);
        }
    }

    /// <summary>Work that was sent in an earlier epoch of its replica is gone with it.</summary>
    private void Take(in Share share, double tokens)
    {
        if (work.Of(share.Replica, share.Epoch) is { } left)
        {
            left.Tokens -= tokens;
        }
    }

    private double Output(Request request) => options.OutputWeight * (request.PredictedOutputTokens ?? OutputPrior);

    /// <summary>Work on a replica in one epoch.</summary>
    private sealed class Work : IRestorable
    {
        public double Tokens { get; set; }

        public void Save(StateWriter state) => state.Real(Tokens);

        public void Restore(ref StateReader state) => Tokens = state.Real();
    }

    private readonly record struct Share(int Replica, long Epoch, double Prompt, double Output);

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>Weight of an output token.</summary>
        [Option("Work of an output token, in prompt tokens.")]
        [Range(0.0, 1e6)]
        public double OutputWeight { get; init; } = 2;
    }
}
