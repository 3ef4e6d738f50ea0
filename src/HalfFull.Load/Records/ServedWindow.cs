namespace HalfFull.Load.Records;

/// <summary>
/// What ended in the window over which throughput is counted: from the first scheduled time of a measured request to the last one, or to
/// the end of the first 95% of their answers where that is later (a burst is all scheduled at once). Where the duration ended the sending,
/// the measured part of it takes the place of the first and last scheduled time. Answers count when they end, those to
/// requests of the warm-up and cool-down too: in a steady run they stand for the measured ones that end after the window. So neither a
/// request that times out nor a few very slow answers stretch it.
/// </summary>
/// <param name="Length">Length of the window.</param>
/// <param name="Completed">Requests whose whole answer arrived in it.</param>
/// <param name="OutputTokens">Output tokens of those.</param>
/// <param name="MeetingSlo">Those of them that met every bound.</param>
public readonly record struct ServedWindow(TimeSpan Length, long Completed, long OutputTokens, long MeetingSlo)
{
    /// <summary>Completed requests per second.</summary>
    public double RequestsPerSecond => PerSecond(Completed);

    /// <summary>Output tokens per second.</summary>
    public double OutputTokensPerSecond => PerSecond(OutputTokens);

    /// <summary>Requests that met every bound, per second.</summary>
    public double GoodputRequestsPerSecond => PerSecond(MeetingSlo);

    /// <summary>This window and another one after it, without what lay between them.</summary>
    public ServedWindow With(ServedWindow later) =>
        new(Length + later.Length, Completed + later.Completed, OutputTokens + later.OutputTokens, MeetingSlo + later.MeetingSlo);

    private double PerSecond(long count) => Length > TimeSpan.Zero ? count / Length.TotalSeconds : 0;
}
