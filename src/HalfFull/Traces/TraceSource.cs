using HalfFull.Traces.Decisions;

namespace HalfFull.Traces;

/// <summary>Opens whatever holds recorded requests on a disk.</summary>
public static class TraceSource
{
    /// <summary>The trace file, or the decision log of a folder.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="columns">Columns of a file of no known format; null for known ones.</param>
    /// <exception cref="TraceException">It is neither.</exception>
    public static ITraceSource Open(string path, ColumnMap? columns = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return columns is null && DecisionLogFolder.Exists(path) ? DecisionLogTrace.Open(path) : TraceFile.Open(path, columns);
    }
}
