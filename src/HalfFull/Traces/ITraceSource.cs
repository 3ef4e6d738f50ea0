namespace HalfFull.Traces;

/// <summary>Rows in arrival order, from a file or from a generator.</summary>
public interface ITraceSource
{
    /// <summary>Short name for reports: the file's name or the preset's.</summary>
    string Name { get; }

    /// <summary>Lower-case hex digest of what defines the rows: the file's bytes or the generator's description.</summary>
    string Sha256 { get; }

    /// <summary>The rows, read or made lazily; every enumeration starts again and gives the same rows.</summary>
    IEnumerable<TraceRow> Rows();
}
