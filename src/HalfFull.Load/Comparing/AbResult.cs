using HalfFull.Load.Records;
using HalfFull.Load.Runs;
using HalfFull.Metrics;

namespace HalfFull.Load.Comparing;

/// <summary>What a comparison found.</summary>
/// <param name="Pairs">Pairs of blocks that were played.</param>
/// <param name="IsTight">Whether the deciding intervals became as tight as asked for.</param>
/// <param name="Ratios">The second server's figures over the first one's, in the order of <see cref="PairedMetric.All"/>.</param>
/// <param name="Sides">Each server's own figures over all its blocks.</param>
/// <param name="Generator">How busy the generator was, in the last block of each side.</param>
public sealed record AbResult(
    int Pairs, bool IsTight, IReadOnlyList<RatioInterval> Ratios, IReadOnlyList<LoadSummary> Sides, IReadOnlyList<GeneratorUse> Generator);
