namespace HalfFull.Engine.StepTime;

/// <summary>Attention kernels of one layer as fitted: decode as a grid or, without one, as planes; prefill as planes.</summary>
/// <param name="DecodeGrid">Decode times on a grid; null when only planes exist.</param>
/// <param name="DecodePlanes">Planes (p0, p1, p2, p3) in sequences and mean length; empty when a grid exists.</param>
/// <param name="PrefillPlanes">Planes (p0 .. p4) in the sums of q, c, q*c and q*q.</param>
internal sealed record AttentionCurves(DecodeGrid? DecodeGrid, double[][] DecodePlanes, double[][] PrefillPlanes)
{
    /// <summary>The decode curve with cached rows.</summary>
    /// <param name="sequenceMultiplier">Kernel sequences that one sequence stands for.</param>
    /// <param name="scale">Factor on the result.</param>
    public IDecodeCurve Decode(double sequenceMultiplier, double scale) => DecodeGrid is null
        ? new DecodePlanes(DecodePlanes, sequenceMultiplier, scale)
        : new DecodeTable(DecodeGrid, sequenceMultiplier, scale);

    /// <summary>The prefill curve.</summary>
    /// <param name="newTokenMultiplier">Factor on the terms in new tokens.</param>
    /// <param name="contextMultiplier">Factor on the term in cached tokens.</param>
    /// <param name="scale">Factor on the result.</param>
    public PrefillCurve Prefill(double newTokenMultiplier, double contextMultiplier, double scale) =>
        new(PrefillPlanes, newTokenMultiplier, contextMultiplier, scale);
}
