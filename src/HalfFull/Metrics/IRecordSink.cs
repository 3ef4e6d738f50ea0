namespace HalfFull.Metrics;

/// <summary>Receives the records of a run, one request at a time, in the order in which requests end.</summary>
public interface IRecordSink
{
    /// <summary>Takes one record.</summary>
    void Add(in RequestRecord record);
}
