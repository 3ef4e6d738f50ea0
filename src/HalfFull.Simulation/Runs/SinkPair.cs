using HalfFull.Metrics;

namespace HalfFull.Simulation.Runs;

/// <summary>Gives each record to two takers.</summary>
/// <param name="first">Takes it first.</param>
/// <param name="second">Takes it next.</param>
public sealed class SinkPair(IRecordSink first, IRecordSink second) : IRecordSink
{
    /// <inheritdoc/>
    public void Add(in RequestRecord record)
    {
        first.Add(record);
        second.Add(record);
    }
}
