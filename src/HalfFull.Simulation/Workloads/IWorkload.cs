namespace HalfFull.Simulation.Workloads;

/// <summary>Jobs to play against a fleet, made or read lazily, in arrival order.</summary>
public interface IWorkload
{
    /// <summary>Short name for reports: the file's name or the preset's.</summary>
    string Name { get; }

    /// <summary>Lower-case hex digest of the file's bytes or of the preset's definition, before any scaling.</summary>
    string Sha256 { get; }

    /// <summary>How many jobs <see cref="Jobs"/> yields.</summary>
    long Requests { get; }

    /// <summary>Mean arrival rate, scaling included; 0 when all arrive at once.</summary>
    double RequestsPerSecond { get; }

    /// <summary>Factor by which arrivals come faster than the source's own; 1 when unchanged.</summary>
    double RateScale { get; }

    /// <summary>Limit on output tokens of every request that has none of its own.</summary>
    int OutputLimit { get; }

    /// <summary>No prompt is longer than this.</summary>
    int LongestPromptTokens { get; }

    /// <summary>No true output is longer than this.</summary>
    int LongestOutputTokens { get; }

    /// <summary>The jobs with ids 0, 1, 2, … in arrival order; every enumeration starts again and gives the same jobs.</summary>
    IEnumerable<Job> Jobs();
}
