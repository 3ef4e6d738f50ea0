using HalfFull.Load.Records;
using HalfFull.Load.Runs;
using HalfFull.Metrics;

namespace HalfFull.Load.Comparing;

/// <summary>
/// One server's figures over all its blocks: its records are numbered and timed on from the blocks before, as if its blocks had been
/// played one after the other, and its throughput is counted over the blocks' own windows, without the waits between them.
/// </summary>
internal sealed class AbSide(Slo slo, IReadOnlyList<ILoadRecordSink> sinks) : ILoadRecordSink, IDisposable
{
    private readonly LoadRecorder total = new(slo, sinks);
    private ServedWindow served;
    private GeneratorUse? generator;
    private long blockFirst;
    private long blockCount;
    private long begun;
    private TimeSpan blockStart;
    private TimeSpan lastEnd;

    /// <summary>How busy the generator was in this side's blocks; idle when none was played.</summary>
    public GeneratorUse Generator => generator ?? GeneratorUse.None;

    /// <summary>Requests of the trace that its last block began; further turns of a conversation are none of the trace.</summary>
    public long BegunInBlock { get; private set; }

    /// <inheritdoc/>
    public void Add(in LoadRecord record, ReadOnlySpan<long> gaps)
    {
        blockCount++;
        begun += record.Turn == 0 ? 1 : 0;
        var moved = record with
        {
            Id = blockFirst + record.Id,
            MeasuredId = record.IsMeasured ? blockFirst + record.MeasuredId : -1,
            Scheduled = blockStart + record.Scheduled,
            Sent = blockStart + record.Sent,
            FirstByte = blockStart + record.FirstByte,
            FirstToken = blockStart + record.FirstToken,
            LastToken = blockStart + record.LastToken,
            End = blockStart + record.End,
        };
        lastEnd = moved.End > lastEnd ? moved.End : lastEnd;
        total.Add(moved, gaps);
    }

    /// <summary>Notes that a block has ended.</summary>
    /// <param name="length">The time in which it sent.</param>
    /// <param name="window">What it served.</param>
    /// <param name="use">How busy the generator was.</param>
    public void EndBlock(TimeSpan length, ServedWindow window, GeneratorUse use)
    {
        served = served.With(window);
        generator = generator?.With(use) ?? use;
        blockFirst += blockCount;
        blockCount = 0;
        BegunInBlock = begun;
        begun = 0;
        blockStart = lastEnd > blockStart + length ? lastEnd : blockStart + length;
    }

    /// <summary>The figures of all its blocks.</summary>
    public LoadSummary Build(Rng rng) => total.Build(rng) with { Served = served };

    /// <inheritdoc/>
    public void Dispose() => total.Dispose();
}
