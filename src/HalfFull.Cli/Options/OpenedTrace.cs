using HalfFull.Traces;
using HalfFull.Traces.Decisions;

namespace HalfFull.Cli.Options;

/// <summary>A trace that was asked for.</summary>
/// <param name="Name">File name or preset.</param>
/// <param name="Format">Name of its format.</param>
/// <param name="Rows">Its requests, read as they are asked for.</param>
internal sealed record OpenedTrace(string Name, string Format, IEnumerable<TraceRow> Rows)
{
    /// <summary>The decision log that it is; null for anything else.</summary>
    public DecisionLogTrace? Log { get; init; }
}
