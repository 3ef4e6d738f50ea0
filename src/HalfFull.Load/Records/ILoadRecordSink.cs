namespace HalfFull.Load.Records;

/// <summary>Receives the records of a run in the order in which requests end; calls never overlap.</summary>
public interface ILoadRecordSink
{
    /// <summary>Takes one record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="gaps">Times between its token events, ticks; valid during the call.</param>
    void Add(in LoadRecord record, ReadOnlySpan<long> gaps);
}
