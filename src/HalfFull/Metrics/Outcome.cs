namespace HalfFull.Metrics;

/// <summary>How a request ended.</summary>
public enum Outcome
{
    /// <summary>All its tokens were delivered.</summary>
    Completed,

    /// <summary>It was refused at the door and never ran.</summary>
    Rejected,

    /// <summary>It was accepted and did not finish.</summary>
    Failed,
}
