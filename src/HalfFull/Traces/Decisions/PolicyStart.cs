namespace HalfFull.Traces.Decisions;

/// <summary>The state in which a policy goes on at a place in a log.</summary>
public enum PolicyStart
{
    /// <summary>As it was made.</summary>
    Fresh,

    /// <summary>As the saved state says.</summary>
    Saved,

    /// <summary>As it was after the call before, and the policy cannot save it.</summary>
    Unsaved,
}
