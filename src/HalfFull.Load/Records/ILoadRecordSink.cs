namespace HalfFull.Load.Records;

/// <summary>Receives the records of a run in the order in which requests end; calls never overlap.</summary>
public interface ILoadRecordSink
{
    /// <summary>Takes one record.</summary>
    void Add(in LoadRecord record);
}
