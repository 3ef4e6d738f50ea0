namespace HalfFull.Traces;

/// <summary>What a column or member of a trace can tell about a request.</summary>
public enum TraceColumn
{
    /// <summary>Nothing that is used.</summary>
    None,

    /// <summary>Time of arrival.</summary>
    Arrival,

    /// <summary>Input tokens.</summary>
    Prompt,

    /// <summary>Generated tokens.</summary>
    Output,

    /// <summary>The client's limit on generated tokens.</summary>
    Max,

    /// <summary>Who pays.</summary>
    Tenant,

    /// <summary>Urgency, higher is more urgent.</summary>
    Priority,

    /// <summary>Conversation.</summary>
    Session,

    /// <summary>Agent program.</summary>
    Program,

    /// <summary>List of chained prefix ids; JSON only.</summary>
    PrefixHashes,

    /// <summary>Tokens that one prefix id stands for.</summary>
    PrefixUnit,
}
