using System.ComponentModel.DataAnnotations;
using System.Globalization;
using HalfFull.Policies;

namespace HalfFull.Scaling;

/// <summary>What users may set of every autoscaler: the part that the host carries out.</summary>
public abstract record ScaleOptions
{
    /// <summary>Fewest replicas.</summary>
    [Option("Fewest replicas, those that are starting included.")]
    [Range(1, 10_000)]
    public int Min { get; init; } = 1;

    /// <summary>Most replicas; null: twice as many as at the start.</summary>
    [Option("Most replicas, those that are starting included; twice: twice as many as at the start.", Null = "twice")]
    [Range(1, 10_000)]
    public int? Max { get; init; }

    /// <summary>Cold start. A minute is an assumption: a machine at hand, weights from a near disk, graphs captured.</summary>
    [Option("Time from the decision until a new replica takes requests; it costs from the decision on.")]
    public TimeSpan StartUp { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time between two decisions; 10 s as in Llumnix.</summary>
    [Option("Time between two decisions.")]
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Most replicas of a fleet that starts with so many.</summary>
    public int MostFor(int start) => Max ?? (int)Math.Min(10_000, 2L * start);

    /// <summary>Why a fleet cannot start with so many replicas, as one sentence; null when it can.</summary>
    public string? Refusal(int start) => start < Min || start > MostFor(start)
        ? string.Create(CultureInfo.InvariantCulture, $"--autoscale keeps from {Min} to {MostFor(start)} replicas, but the fleet starts with {start}: change --replicas, min or max.")
        : null;
}
