namespace HalfFull.Traces.Decisions;

/// <summary>Kinds of records in a decision log. Numbers are part of the format and never given twice.</summary>
internal enum RecordKind
{
    /// <summary>First record of a file: which run it belongs to.</summary>
    Header = 1,

    /// <summary>Which policies decide from here on, and their state.</summary>
    Front = 2,

    /// <summary>A replica's number and name.</summary>
    Replica = 3,

    /// <summary>A request as policies see it, before its first mention in a file.</summary>
    Request = 4,

    /// <summary>A request joined the queue.</summary>
    Join = 5,

    /// <summary>A request left the queue unserved.</summary>
    Leave = 6,

    /// <summary>A request moved to another lane.</summary>
    Move = 7,

    /// <summary>A decision on the next request of a lane, with its inputs.</summary>
    Next = 8,

    /// <summary>A decision whether a newcomer is refused because the queue is too long.</summary>
    Overload = 9,

    /// <summary>Both policies changed.</summary>
    Switch = 10,

    /// <summary>A first token came back.</summary>
    FirstToken = 11,

    /// <summary>An attempt ended.</summary>
    Ended = 12,

    /// <summary>How a request ended for its client.</summary>
    Finished = 13,

    /// <summary>Records are missing here.</summary>
    Gap = 14,

    /// <summary>The run ended in order.</summary>
    End = 15,

    /// <summary>What the next decision was told of cached prefixes.</summary>
    PrefixHits = 16,

    /// <summary>Tenants have other shares.</summary>
    Weights = 17,

    /// <summary>A decision who is refused because the queue is too long.</summary>
    GiveWay = 18,
}
