using HalfFull.Metrics;
using HalfFull.Policies;

namespace HalfFull.Traces.Decisions;

/// <summary>Writes a request exactly as policies see it, and what became of an attempt.</summary>
internal static class RequestCodec
{
    /// <summary>Writes a request.</summary>
    public static void Write(StateWriter to, Request request)
    {
        to.Whole(request.Id);
        to.Time(request.Arrival);
        to.Whole(request.PromptTokens);
        to.Whole(request.MaxOutputTokens);
        to.Whole(request.PredictedOutputTokens);
        to.Text(request.Tenant);
        to.Whole(request.Priority);
        to.Text(request.Session);
        to.Text(request.Program);
        to.Whole(request.Deadline?.Ticks);
        to.Whole(request.PrefixUnitTokens);
        to.Number((ulong)request.PrefixHashes.Length);
        foreach (var hash in request.PrefixHashes.Span)
        {
            to.Fixed((ulong)hash);
        }
    }

    /// <summary>Reads a request.</summary>
    public static Request Read(ref StateReader from)
    {
        var request = new Request(from.Whole(), from.Time(), from.Whole32(), from.Whole32())
        {
            PredictedOutputTokens = from.OptionalWhole32(),
            Tenant = from.Text(),
            Priority = from.Whole32(),
            Session = from.Text(),
            Program = from.Text(),
            Deadline = from.OptionalWhole() is { } ticks ? new TimeSpan(ticks) : null,
            PrefixUnitTokens = from.Whole32(),
        };
        var count = from.Number();
        if (count > LogFile.LongestBlock / 8)
        {
            throw new InvalidDataException("a request has more prefix hashes than a block can hold");
        }

        var hashes = count == 0 ? [] : new long[count];
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = (long)from.Fixed();
        }

        return request with { PrefixHashes = hashes };
    }

    /// <summary>Writes the end of an attempt.</summary>
    public static void Write(StateWriter to, in RequestRecord record)
    {
        to.Whole(record.Id);
        to.Time(record.Arrival);
        to.Time(record.FirstScheduled);
        to.Time(record.FirstToken);
        to.Time(record.Finish);
        to.Whole(record.PromptTokens);
        to.Whole(record.CachedTokens);
        to.Whole(record.OutputTokens);
        to.Whole(record.Preemptions);
        to.Whole(record.Replica);
        to.Text(record.Tenant);
        to.Whole((long)record.Outcome);
        to.Whole(record.Migrations);
        to.Whole(record.PrefillReplica ?? -1);
        to.Time(record.Handover);
    }

    /// <summary>Reads the end of an attempt.</summary>
    public static RequestRecord ReadRecord(ref StateReader from) => new(
        from.Whole(), from.Time(), from.Time(), from.Time(), from.Time(), from.Whole32(), from.Whole32(), from.Whole32(), from.Whole32(), from.Whole32(), from.Text(), (Outcome)from.Whole())
    {
        Migrations = from.Whole32(),
        PrefillReplica = from.Whole32() is >= 0 and var replica ? replica : null,
        Handover = from.Time(),
    };
}
