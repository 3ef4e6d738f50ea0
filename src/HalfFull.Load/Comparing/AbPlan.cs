using HalfFull.Load.Plans;

namespace HalfFull.Load.Comparing;

/// <summary>How two servers are compared.</summary>
/// <param name="Load">What each block sends; its warm-up is that of a block.</param>
/// <param name="Block">Length of a block.</param>
/// <param name="Precision">Half width of the interval of the ratio, as a share of it, at which the comparison stops.</param>
/// <param name="MostPairs">Pairs after which it stops in any case.</param>
public sealed record AbPlan(LoadPlan Load, TimeSpan Block, double Precision, int MostPairs);
