using System.ComponentModel.DataAnnotations;
using HalfFull.Policies;

namespace HalfFull.Migration;

/// <summary>What users may set of every migrator: the part that the host carries out. The defaults are Llumnix's.</summary>
public abstract record MigrateOptions
{
    /// <summary>Time between two decisions.</summary>
    [Option("Time between two decisions.")]
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Most stages, the last one included, in which the sequence stands still.</summary>
    [Option("Most stages of a move; in the last one the sequence stands still.")]
    [Range(1, 100)]
    public int Stages { get; init; } = 3;

    /// <summary>Tokens that may be left for the last stage; 16 blocks of 16.</summary>
    [Option("Tokens not copied yet up to which the sequence is stopped for the last stage.")]
    [Range(1, 1_000_000)]
    public int Last { get; init; } = 256;
}
