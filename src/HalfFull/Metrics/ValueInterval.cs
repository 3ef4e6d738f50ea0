namespace HalfFull.Metrics;

/// <summary>A figure of one run with the interval in which the true one is to be expected.</summary>
/// <param name="Value">The figure, in the metric's unit.</param>
/// <param name="Low">Lower end; 0 when there are too few requests to tell.</param>
/// <param name="High">Upper end; infinite when there are too few requests to tell.</param>
public readonly record struct ValueInterval(double Value, double Low, double High)
{
    /// <summary>Whether there were enough requests to tell.</summary>
    public bool IsKnown => double.IsFinite(High);
}
