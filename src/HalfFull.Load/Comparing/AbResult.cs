using HalfFull.Load.Records;
using HalfFull.Load.Runs;
using HalfFull.Metrics;

namespace HalfFull.Load.Comparing;

/// <summary>What a comparison found.</summary>
/// <param name="Pairs">Pairs of blocks that were played to their end; a pair that was interrupted is in no ratio.</param>
/// <param name="IsTight">Whether the deciding intervals became as tight as asked for.</param>
/// <param name="FailAlike">Whether both failed or refused about as often; otherwise the latencies of what is left are not compared.</param>
/// <param name="Ratios">The second server's figures over the first one's, in the order of <see cref="PairedMetric.All"/>.</param>
/// <param name="Failures">The same ratio of the shares of requests that failed or were refused.</param>
/// <param name="Sides">Each server's own figures over all its blocks, an interrupted one too.</param>
/// <param name="Generator">How busy the generator was in the blocks of each side.</param>
public sealed record AbResult(
    int Pairs,
    bool IsTight,
    bool FailAlike,
    IReadOnlyList<RatioInterval> Ratios,
    RatioInterval Failures,
    IReadOnlyList<LoadSummary> Sides,
    IReadOnlyList<GeneratorUse> Generator);
