using HalfFull.Metrics;

namespace HalfFull.Cli.Output;

/// <summary>What an autoscaler did, in words.</summary>
internal static class ScalingText
{
    /// <summary>Means, extremes and changes.</summary>
    public static string Of(ScalingFigures scaling) =>
        $"mean {Figures.Three(scaling.ReplicasMean)} replicas, {scaling.ReplicasMin} to {scaling.ReplicasMax} at a time, "
        + $"{Figures.Count((long)Math.Round(scaling.ReplicaSeconds))} replica-seconds, {Figures.Count(scaling.ScaleUps)} added, {Figures.Count(scaling.ScaleDowns)} drained";
}
