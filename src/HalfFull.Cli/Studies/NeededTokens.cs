using HalfFull.Metrics;

namespace HalfFull.Cli.Studies;

/// <summary>Counts the tokens that a run had to compute once, and hands its records on.</summary>
internal sealed class NeededTokens(IRecordSink next) : IRecordSink
{
    /// <summary>Prompt tokens that were not cached, and output tokens.</summary>
    public long Count { get; private set; }

    /// <inheritdoc/>
    public void Add(in RequestRecord record)
    {
        if (record.Outcome != Outcome.Rejected)
        {
            Count += record.PromptTokens - record.CachedTokens + record.OutputTokens;
        }

        next.Add(record);
    }
}
