using HalfFull.Engine;
using HalfFull.Engine.StepTime;

namespace HalfFull.Simulation.Fleets;

/// <summary>A fleet ready to be simulated. Immutable: runs may share it.</summary>
public sealed class Fleet
{
    private Fleet(FleetSpec spec, FleetOptions options, IReadOnlyList<ReplicaSpec> replicas, IReadOnlyList<StepModelUse> stepModels)
    {
        Spec = spec;
        Options = options;
        Replicas = replicas;
        StepModels = stepModels;
    }

    /// <summary>Which replicas it has.</summary>
    public FleetSpec Spec { get; }

    /// <summary>What they have in common, with the model's canonical name.</summary>
    public FleetOptions Options { get; }

    /// <summary>The replicas, group after group.</summary>
    public IReadOnlyList<ReplicaSpec> Replicas { get; }

    /// <summary>Where each group's step times come from.</summary>
    public IReadOnlyList<StepModelUse> StepModels { get; }

    /// <summary>How long KV takes from one of its replicas to another; null when nobody knows the size of its KV: a user's own step model does not say.</summary>
    public KvTransferTime? KvTransfer => Options.StepModelFile is null
        ? KvTransferTime.For(StepModelCatalog.Find(Spec.Groups[0].Gpu, Options.Model, Options.Tp).Model, Options.Tp, Options.KvBytesPerSecond, Options.KvLatency)
        : null;

    /// <summary>Finds the step models and sets the limits.</summary>
    /// <exception cref="StepModelNotFoundException">There is no step model for a GPU, the model and the degree, or the model does not fit.</exception>
    /// <exception cref="IOException">The step-model file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The step-model file is not one.</exception>
    /// <exception cref="SimulationException">The KV cache is smaller than a block.</exception>
    public static Fleet Build(FleetSpec spec, FleetOptions options)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(options);
        var overhead = StepModelCatalog.FindOverhead(options.Overhead);
        var file = options.StepModelFile is { } path ? StepModelFile.Read(path) : null;
        var replicas = new List<ReplicaSpec>(spec.Replicas);
        var uses = new List<StepModelUse>();
        foreach (var group in spec.Groups)
        {
            var (stepTime, use) = file is not null ? Own(file, group, options, overhead) : Catalogued(group, options, overhead);
            uses.Add(use);
            replicas.AddRange(Enumerable.Repeat(Replica(group.Role, Limits(use.KvBlocks, options), stepTime), group.Replicas));
        }

        return new Fleet(spec, options with { Model = ModelName.Canonical(options.Model) }, replicas, uses);
    }

    /// <summary>The same replicas with other limits.</summary>
    /// <exception cref="SimulationException">The KV cache is smaller than a block.</exception>
    public Fleet WithLimits(int tokenBudget, int maxSequences, int blockSize) => (tokenBudget, maxSequences, blockSize) == (Options.TokenBudget, Options.MaxSequences, Options.BlockSize)
        ? this
        : Build(Spec, Options with { TokenBudget = tokenBudget, MaxSequences = maxSequences, BlockSize = blockSize });

    /// <summary>Where KV comes from elsewhere, nothing is found in a cache: SGLang's decode servers turn theirs off.</summary>
    private static ReplicaSpec Replica(ReplicaRole role, EngineLimits limits, IStepTimeModel stepTime) =>
        new(role == ReplicaRole.Decode ? limits with { PrefixCaching = false } : limits, stepTime) { Role = role };

    private static (IStepTimeModel StepTime, StepModelUse Use) Catalogued(ReplicaGroup group, FleetOptions options, OverheadProfile overhead)
    {
        var entry = StepModelCatalog.Find(group.Gpu, options.Model, options.Tp);
        var origin = entry.Provenance == Provenance.Fitted ? "fitted" : "predicted";
        return (entry.Create(overhead), new StepModelUse(group.Gpu, origin, overhead.Name, Blocks(entry.KvCapacityTokens, options)));
    }

    private static (IStepTimeModel StepTime, StepModelUse Use) Own(
        StepModelFile file, ReplicaGroup group, FleetOptions options, OverheadProfile overhead) =>
        (file.Create(overhead),
            new StepModelUse(group.Gpu, options.StepModelFile!, file.IncludesOverhead ? null : overhead.Name, Blocks(file.KvCapacityTokens, options)));

    private static int Blocks(long capacityTokens, FleetOptions options)
    {
        var blocks = options.KvBlocks ?? Math.Min(int.MaxValue, capacityTokens / options.BlockSize);
        return blocks > 0
            ? (int)blocks
            : throw new SimulationException($"The KV cache of {capacityTokens} tokens is smaller than one block of {options.BlockSize}; lower --block-size.");
    }

    private static EngineLimits Limits(int kvBlocks, FleetOptions options) => new(kvBlocks)
    {
        BlockSize = options.BlockSize,
        TokenBudget = options.TokenBudget,
        MaxSequences = options.MaxSequences,
        MaxModelLength = options.MaxModelLength,
    };
}
