namespace HalfFull.Load.Records;

/// <summary>How a request ended, as its client saw it.</summary>
public enum LoadOutcome
{
    /// <summary>The whole answer arrived.</summary>
    Completed,

    /// <summary>Refused at the door with status 429.</summary>
    Rejected,

    /// <summary>Any other error.</summary>
    Failed,

    /// <summary>The client hung up because the plan said so.</summary>
    Cancelled,

    /// <summary>Still in flight when the run was interrupted.</summary>
    Unfinished,
}
