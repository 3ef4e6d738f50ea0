namespace HalfFull.Traces.Decisions;

/// <summary>What the verification of a decision log found.</summary>
public sealed record VerifyReport
{
    /// <summary>Files read.</summary>
    public int Files { get; internal set; }

    /// <summary>Runs of a gateway in them.</summary>
    public int Runs { get; internal set; }

    /// <summary>Requests that ended.</summary>
    public long Requests { get; internal set; }

    /// <summary>Decisions made again.</summary>
    public long Decisions { get; internal set; }

    /// <summary>Of those, requests sent to a replica.</summary>
    public long Releases { get; internal set; }

    /// <summary>Callbacks made again.</summary>
    public long Callbacks { get; internal set; }

    /// <summary>Decisions that could not be made again because the state before them is not known.</summary>
    public long Unverified { get; internal set; }

    /// <summary>Decisions that came out differently.</summary>
    public long Differences { get; internal set; }

    /// <summary>The first of them; null for none.</summary>
    public DecisionDifference? First { get; internal set; }

    /// <summary>Damage, gaps and states that differ, one sentence each.</summary>
    public IReadOnlyList<string> Problems => ProblemList;

    /// <summary>What is worth knowing and no fault.</summary>
    public IReadOnlyList<string> Notes => NoteList;

    /// <summary>Names of the policies, each once, in order of appearance.</summary>
    public IReadOnlyList<string> Policies => PolicyList;

    /// <summary>Whether every decision is there and came out the same.</summary>
    public bool IsExact => Differences == 0 && Unverified == 0 && ProblemList.Count == 0;

    internal List<string> ProblemList { get; } = [];

    internal List<string> NoteList { get; } = [];

    internal List<string> PolicyList { get; } = [];
}
