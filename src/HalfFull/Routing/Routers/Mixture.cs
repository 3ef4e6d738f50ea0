using System.ComponentModel.DataAnnotations;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Routing.Routers;

/// <summary>
/// A mixture of other routers whose probabilities are learned on line by policy gradient (improper learning: Zaki et al., arXiv 2102.08201). Each request is decided by
/// one of them, drawn at random; how its time to first token compares with what is usual for its size moves the weights. Exploration is bounded and only candidates
/// can be chosen, so it is as safe as its members. It lags behind sudden changes and pays for exploring.
/// </summary>
[Policy("mixture", "A learned mixture of other routers, by the first-token times that each brings; follows what works, but pays for exploring and lags behind changes.")]
public sealed class Mixture : IRouter, IRestorable
{
    private const ulong Drawing = 0x314C;
    private static readonly PolicyCatalog<IRouter> Catalog = PolicyCatalog<IRouter>.FromAssembly(typeof(IRouter).Assembly);

    private readonly string[] names;
    private readonly IRouter[] members;
    private readonly ulong seed;
    private readonly MixtureWeights weights;
    private readonly UsualTtft usual = new();
    private readonly OpenRequests<Drawn> open = new();
    private Drawn last;

    /// <summary>A mixture of equal parts.</summary>
    /// <param name="options">Its members and how fast it learns.</param>
    /// <param name="rng">For its members.</param>
    /// <param name="seed">Draws the member of each request.</param>
    /// <exception cref="PolicyException">A member is unknown, refused or a mixture itself.</exception>
    public Mixture(Options options, Rng rng, RouterSeed seed)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(rng);
        ArgumentNullException.ThrowIfNull(seed);
        var specs = options.Of.Split('+').Select(static text => PolicySpec.Parse(text.Replace(';', ','))).ToArray();
        if (specs.Length < 2 || Array.Exists(specs, static spec => string.Equals(spec.Name, "mixture", StringComparison.Ordinal)))
        {
            throw new PolicyException($"Option 'of' of policy 'mixture' cannot be '{options.Of}'; it takes two or more other routers, as in sal+least-requests.");
        }

        names = [.. specs.Select(static spec => spec.ToString())];
        members = [.. specs.Select(spec => Catalog.Create(spec, rng, seed))];
        this.seed = seed.Value;
        weights = new MixtureWeights(members.Length, options.Explore, options.Rate);
    }

    /// <inheritdoc/>
    public bool NeedsPrefixHits => Array.Exists(members, static member => member.NeedsPrefixHits);

    /// <inheritdoc/>
    public bool NeedsSequences => Array.Exists(members, static member => member.NeedsSequences);

    /// <inheritdoc/>
    public bool NeedsPrediction => Array.Exists(members, static member => member.NeedsPrediction);

    /// <inheritdoc/>
    public IReadOnlyList<LearnedFigure> Learned => [.. names.Select((name, i) => new LearnedFigure(name, weights.Probability(i)))];

    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var member = weights.Draw(HashedDraw.Uniform(seed, request, Drawing));
        last = new Drawn(member, weights.Probability(member));
        return members[member].Choose(request, candidates, scores);
    }

    /// <inheritdoc/>
    public void Dispatched(in RouteRequest request, in ReplicaView replica)
    {
        open.Set(request.Request.Id, last);
        foreach (var member in members)
        {
            member.Dispatched(request, replica);
        }
    }

    /// <inheritdoc/>
    public void FirstToken(Request request, int replica, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (open.Remove(request.Id, out var drawn))
        {
            weights.Reinforce(drawn.Member, drawn.Probability, usual.Surprise(request.PromptTokens, (now - request.Arrival).TotalSeconds));
        }

        foreach (var member in members)
        {
            member.FirstToken(request, replica, now);
        }
    }

    /// <inheritdoc/>
    public void Ended(in RequestRecord record)
    {
        if (open.Remove(record.Id, out var drawn))
        {
            // It left without a first token: the worst that can be.
            weights.Reinforce(drawn.Member, drawn.Probability, UsualTtft.MostSurprise);
        }

        foreach (var member in members)
        {
            member.Ended(record);
        }
    }

    /// <inheritdoc/>
    public void Save(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        weights.Save(state);
        usual.Save(state);
        open.Save(state, static (to, drawn) =>
        {
            to.Whole(drawn.Member);
            to.Real(drawn.Probability);
        });
        foreach (var member in members)
        {
            ((IRestorable)member).Save(state);
        }
    }

    /// <inheritdoc/>
    public void Restore(ref StateReader state)
    {
        weights.Restore(ref state);
        usual.Restore(ref state);
        open.Restore(ref state, static (ref StateReader from) => new Drawn(from.Whole32(), from.Real()));
        foreach (var member in members)
        {
            ((IRestorable)member).Restore(ref state);
        }
    }

    private readonly record struct Drawn(int Member, double Probability);

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>The members.</summary>
        [Option("The routers, joined by +, with options after a colon separated by ; instead of commas.")]
        public string Of { get; init; } = "sal+least-requests+prefix-affinity";

        /// <summary>Share of exploration.</summary>
        [Option("Share of requests that any of the routers may decide, however bad it looks.")]
        [Range(0.001, 1.0)]
        public double Explore { get; init; } = 0.03;

        /// <summary>Rate of learning.</summary>
        [Option("Rate of learning.")]
        [Range(0.0, 1.0)]
        public double Rate { get; init; } = 0.02;
    }
}
