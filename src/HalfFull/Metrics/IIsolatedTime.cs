namespace HalfFull.Metrics;

/// <summary>Knows how long a request would take alone on an idle replica with an empty cache: what slowdown is measured against.</summary>
public interface IIsolatedTime
{
    /// <summary>Arrival to last token of that request alone; more than zero.</summary>
    TimeSpan Of(in RequestRecord request);
}
