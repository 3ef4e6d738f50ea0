using HalfFull.Engine;
using HalfFull.Engine.StepTime;
using HalfFull.Policies;
using HalfFull.Prediction;
using HalfFull.Simulation.Recording;
using HalfFull.Simulation.Scenarios;

namespace HalfFull.Simulation;

/// <summary>One run to simulate: a fleet, a policy at each level and a seed.</summary>
public sealed record SimulationSetup
{
    /// <inheritdoc cref="DecodeHeadroom"/>
    public const int DefaultDecodeHeadroom = 512;

    /// <summary>The replicas; at least one.</summary>
    public required IReadOnlyList<ReplicaSpec> Fleet { get; init; }

    /// <summary>Engine scheduler; each replica gets its own.</summary>
    public required PolicySpec Engine { get; init; }

    /// <summary>Router.</summary>
    public required PolicySpec Router { get; init; }

    /// <summary>Engine scheduler of replicas that decode; null for the same.</summary>
    public PolicySpec? DecodeEngine { get; init; }

    /// <summary>Router among replicas that decode; null for the same.</summary>
    public PolicySpec? DecodeRouter { get; init; }

    /// <summary>
    /// Tokens that a replica which decodes keeps free for each sequence that it has or takes in, so that it need not preempt soon; SGLang's
    /// <c>--num-reserved-decode-tokens</c> and its default.
    /// </summary>
    public int DecodeHeadroom { get; init; } = DefaultDecodeHeadroom;

    /// <summary>The one seed of the run.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Who predicts output lengths, to be named in every report.</summary>
    public PredictorSpec Predictor { get; init; } = PredictorSpec.None;

    /// <summary>Where routers' prefix hits come from.</summary>
    public PrefixSource PrefixHits { get; init; }

    /// <summary>Mean time between two reports of a replica, which are all that routers see of it; 0: routers see replicas as they are.</summary>
    public TimeSpan SnapshotAge { get; init; }

    /// <summary>Independent gateways, each with its own router and ledger, that share the requests; at least 1.</summary>
    public int Gateways { get; init; } = 1;

    /// <summary>What happens to the fleet meanwhile; null for nothing.</summary>
    public Scenario? Scenario { get; init; }

    /// <summary>Who changes the number of replicas meanwhile; null for nobody.</summary>
    public PolicySpec? Autoscale { get; init; }

    /// <summary>Who moves running sequences between replicas; null for nobody.</summary>
    public PolicySpec? Migrate { get; init; }

    /// <summary>How long KV takes from one replica to another; needed where replicas have roles or sequences are moved.</summary>
    public KvTransferTime? KvTransfer { get; init; }

    /// <summary>Whether held plans are repeated with O(1) work a step. The result is the same without, only slower.</summary>
    public bool FastForward { get; init; } = true;

    /// <summary>Who hears what the replicas do; nobody costs nothing. The records they take come through the run's sink.</summary>
    public IReadOnlyList<IRunObserver> Observers { get; init; } = [];

    /// <summary>Whether the invariants of every replica are checked after every planned step; for tests.</summary>
    public bool CheckInvariants { get; init; }
}
