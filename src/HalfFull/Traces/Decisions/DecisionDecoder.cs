using HalfFull.Policies;
using HalfFull.Scheduling;

namespace HalfFull.Traces.Decisions;

/// <summary>Reads the records of one file's blocks and tells a visitor.</summary>
internal sealed class DecisionDecoder(IDecisionVisitor visitor)
{
    private readonly ViewCodec views = new();
    private readonly Dictionary<long, Request> requests = [];
    private FrontReplica[] replicas = new FrontReplica[16];
    private TimeSpan time;

    /// <summary>Reads a block.</summary>
    /// <exception cref="InvalidDataException">A record is not as the format says.</exception>
    public void Read(ReadOnlySpan<byte> content, int records, string file, long offset)
    {
        var from = new StateReader(content);
        for (var i = 0; i < records; i++)
        {
            Record(ref from, new LogPosition(file, offset, i));
        }

        if (!from.IsAtEnd)
        {
            throw new InvalidDataException("a block goes on after its last record");
        }
    }

    private void Record(ref StateReader from, in LogPosition at)
    {
        var kind = (RecordKind)from.Byte();
        switch (kind)
        {
            case RecordKind.Header:
                Begin();
                visitor.FileBegan(new LogRun(from.Fixed(), new DateTimeOffset(from.Whole(), TimeSpan.Zero), from.Text() ?? string.Empty), (int)from.Number(), at);
                break;
            case RecordKind.Front:
                visitor.Front(FrontCodec.Read(ref from), (PolicyStart)from.Byte(), from.Bytes(), at);
                break;
            case RecordKind.Replica:
                visitor.Replica(from.Whole32(), from.Text() ?? string.Empty);
                break;
            case RecordKind.Request:
                var hasOwnLimit = from.Flag();
                var request = RequestCodec.Read(ref from);
                requests[request.Id] = request;
                visitor.Requested(request, hasOwnLimit);
                break;
            case RecordKind.Join:
                Joined(ref from, at);
                break;
            case RecordKind.Leave:
                visitor.Left(from.Whole(), at);
                break;
            case RecordKind.Move:
                visitor.Moved(from.Whole(), from.Whole32(), at);
                break;
            case RecordKind.Next:
                Next(ref from, at);
                break;
            case RecordKind.Overload:
                Overload(ref from, at);
                break;
            case RecordKind.GiveWay:
                visitor.GaveWay(from.Whole(), from.Whole(), at);
                break;
            case RecordKind.Switch:
                visitor.Switched(FrontCodec.Spec(from.Text()), FrontCodec.Spec(from.Text()), at);
                break;
            case RecordKind.PrefixHits:
                PrefixHits(ref from);
                break;
            case RecordKind.Weights:
                visitor.Reweighed(FrontCodec.ReadWeights(ref from), at);
                break;
            case RecordKind.FirstToken:
                visitor.FirstToken(Known(from.Whole()), from.Whole32(), Time(ref from), at);
                break;
            case RecordKind.Ended:
                visitor.Ended(RequestCodec.ReadRecord(ref from), at);
                break;
            case RecordKind.Finished:
                Finished(ref from);
                break;
            case RecordKind.Gap:
                Begin();
                visitor.Gap((long)from.Number(), at);
                break;
            case RecordKind.End:
                visitor.RunEnded();
                break;
            default:
                throw new InvalidDataException($"record {at.Record} is of the unknown kind {(int)kind}");
        }
    }

    private void Begin()
    {
        views.Reset();
        requests.Clear();
        time = TimeSpan.Zero;
    }

    private void Joined(ref StateReader from, in LogPosition at)
    {
        var (request, now) = (Known(from.Whole()), Time(ref from));
        var (lane, attempt, isExact) = (from.Whole32(), from.Whole32(), from.Flag());
        var excluded = new List<int>();
        for (var left = from.Number(); left > 0; left--)
        {
            excluded.Add(from.Whole32());
        }

        visitor.Joined(now, request, lane, attempt, isExact, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(excluded), at);
    }

    private void PrefixHits(ref StateReader from)
    {
        var hits = new List<int?>();
        for (var left = from.Number(); left > 0; left--)
        {
            hits.Add(from.OptionalWhole32());
        }

        visitor.PrefixHits(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(hits));
    }

    private void Next(ref StateReader from, in LogPosition at)
    {
        var (now, lane) = (Time(ref from), from.Whole32());
        var count = FrontCodec.Read(ref from, ref replicas, views, now);
        var decision = new LoggedDecision((FrontDecisionKind)from.Byte(), from.Whole(), from.Whole32(), (HeldReason)from.Byte());
        visitor.Decided(now, lane, replicas.AsSpan(0, count), decision, at);
    }

    private void Overload(ref StateReader from, in LogPosition at)
    {
        var (now, lane) = (Time(ref from), from.Whole32());
        var count = FrontCodec.Read(ref from, ref replicas, views, now);
        visitor.Overloaded(now, lane, replicas.AsSpan(0, count), from.OptionalWhole() is { } ticks ? new TimeSpan(ticks) : null, at);
    }

    private void Finished(ref StateReader from)
    {
        var finished = new FinishedRequest
        {
            Id = from.Whole(),
            End = Time(ref from),
            Ending = (RequestEnding)from.Byte(),
            Status = from.Whole32(),
            Replica = from.Whole32(),
            Attempts = from.Whole32(),
            Sent = from.OptionalWhole() is { } sent ? new TimeSpan(sent) : null,
            FirstToken = from.OptionalWhole() is { } first ? new TimeSpan(first) : null,
            PromptTokens = from.OptionalWhole32(),
            OutputTokens = from.Whole32(),
        };
        visitor.Finished(Known(finished.Id), finished);
        requests.Remove(finished.Id);
    }

    private Request Known(long id) =>
        requests.TryGetValue(id, out var request) ? request : throw new InvalidDataException($"request {id} is mentioned before it is described");

    private TimeSpan Time(ref StateReader from) => time += from.Time();
}
