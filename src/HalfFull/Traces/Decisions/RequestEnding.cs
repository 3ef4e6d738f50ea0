namespace HalfFull.Traces.Decisions;

/// <summary>How a request ended for its client.</summary>
public enum RequestEnding
{
    /// <summary>It was answered in full.</summary>
    Completed,

    /// <summary>It was refused, by the gateway or by a replica: the fault is the request's, or there was no room.</summary>
    Refused,

    /// <summary>A replica failed, before or in the middle of the answer.</summary>
    Failed,

    /// <summary>The client left.</summary>
    Cancelled,
}
