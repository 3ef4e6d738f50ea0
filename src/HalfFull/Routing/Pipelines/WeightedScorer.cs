using System.Runtime.InteropServices;

namespace HalfFull.Routing.Pipelines;

/// <summary>A scorer and its weight; with weight 0 it is not asked.</summary>
/// <param name="Scorer">The scorer.</param>
/// <param name="Weight">Its weight, at least 0.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct WeightedScorer(IReplicaScorer Scorer, double Weight);
