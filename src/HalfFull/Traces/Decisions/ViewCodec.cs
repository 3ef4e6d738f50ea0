using System.Runtime.InteropServices;
using HalfFull.Policies;
using HalfFull.Routing;

namespace HalfFull.Traces.Decisions;

/// <summary>
/// Writes what a router was shown of a replica as the difference to what it was shown of that replica before in the same file: most figures
/// are slow, and an age grows with the time. What only a simulator can show (sequences, the engine's model) is not written: a gateway has neither.
/// </summary>
internal sealed class ViewCodec
{
    private readonly Dictionary<int, (ReplicaView View, TimeSpan Now)> last = [];

    /// <summary>Forgets all views: at the start of a file and after a gap.</summary>
    public void Reset() => last.Clear();

    /// <summary>Writes a view.</summary>
    public void Write(StateWriter to, in ReplicaView view, TimeSpan now)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(last, view.Replica, out var exists);
        var before = exists ? Aged(known.View, known.Now, now) : Fresh(view.Replica);
        known = (view, now);
        var mask = Changed(before, view);
        to.Number((ulong)view.Replica);
        to.Number(mask);
        for (var field = 0; mask >> field != 0; field++)
        {
            if ((mask >> field & 1) != 0)
            {
                WriteField(to, view, field);
            }
        }
    }

    /// <summary>Reads a view.</summary>
    public ReplicaView Read(ref StateReader from, TimeSpan now)
    {
        var replica = (int)from.Number();
        var mask = from.Number();
        if (mask >> FieldCount != 0)
        {
            throw new InvalidDataException("a replica's view has fields that this version does not know");
        }

        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(last, replica, out var exists);
        var view = exists ? Aged(known.View, known.Now, now) : Fresh(replica);
        for (var field = 0; mask >> field != 0; field++)
        {
            if ((mask >> field & 1) != 0)
            {
                view = ReadField(ref from, view, field);
            }
        }

        known = (view, now);
        return view;
    }

    private const int FieldCount = 24;

    private static ReplicaView Fresh(int replica) => new() { Replica = replica };

    // A report that is still the last one is older by the time that passed; no report has no age.
    private static ReplicaView Aged(in ReplicaView view, TimeSpan then, TimeSpan now) =>
        view.Age == TimeSpan.Zero ? view : view with { Age = view.Age + (now - then) };

    private static ulong Changed(in ReplicaView a, in ReplicaView b)
    {
        var mask = 0UL;
        mask |= a.Epoch != b.Epoch ? 1UL : 0;
        mask |= a.State != b.State ? 1UL << 1 : 0;
        mask |= a.Age != b.Age ? 1UL << 2 : 0;
        mask |= a.Latency != b.Latency ? 1UL << 3 : 0;
        mask |= a.Running != b.Running ? 1UL << 4 : 0;
        mask |= a.Waiting != b.Waiting ? 1UL << 5 : 0;
        mask |= a.QueuedPrefillTokens != b.QueuedPrefillTokens ? 1UL << 6 : 0;
        mask |= a.KvTokensInUse != b.KvTokensInUse ? 1UL << 7 : 0;
        mask |= a.KvTokensQueued != b.KvTokensQueued ? 1UL << 8 : 0;
        mask |= a.KvCapacityTokens != b.KvCapacityTokens ? 1UL << 9 : 0;
        mask |= Differ(a.PrefillTokensPerSecond, b.PrefillTokensPerSecond) ? 1UL << 10 : 0;
        mask |= Differ(a.ReleasedTokensPerSecond, b.ReleasedTokensPerSecond) ? 1UL << 11 : 0;
        mask |= Differ(a.MeanOutputTokens, b.MeanOutputTokens) ? 1UL << 12 : 0;
        mask |= a.CachedPromptTokens != b.CachedPromptTokens ? 1UL << 13 : 0;
        mask |= a.InFlightRequests != b.InFlightRequests ? 1UL << 14 : 0;
        mask |= a.InFlightPromptTokens != b.InFlightPromptTokens ? 1UL << 15 : 0;
        mask |= a.UnreportedRequests != b.UnreportedRequests ? 1UL << 16 : 0;
        mask |= a.UnreportedPrefillTokens != b.UnreportedPrefillTokens ? 1UL << 17 : 0;
        mask |= a.UnreportedPromptTokens != b.UnreportedPromptTokens ? 1UL << 18 : 0;
        mask |= Differ(a.Weight, b.Weight) ? 1UL << 19 : 0;
        mask |= Differ(a.SecondsPerStep, b.SecondsPerStep) ? 1UL << 20 : 0;
        mask |= a.InFlightStreaming != b.InFlightStreaming ? 1UL << 21 : 0;
        mask |= a.InFlightPrefillTokens != b.InFlightPrefillTokens ? 1UL << 22 : 0;
        mask |= a.InFlightOutputTokens != b.InFlightOutputTokens ? 1UL << 23 : 0;
        return mask;
    }

    // Bits, not values: 0 and -0 are equal and NaN is not, but both must come back as they were.
    private static bool Differ(double? a, double? b) =>
        a.HasValue != b.HasValue || BitConverter.DoubleToInt64Bits(a.GetValueOrDefault()) != BitConverter.DoubleToInt64Bits(b.GetValueOrDefault());

    private static void WriteField(StateWriter to, in ReplicaView view, int field)
    {
        switch (field)
        {
            case 0: to.Whole(view.Epoch); break;
            case 1: to.Whole((long)view.State); break;
            case 2: to.Time(view.Age); break;
            case 3: to.Time(view.Latency); break;
            case 4: to.Whole(view.Running); break;
            case 5: to.Whole(view.Waiting); break;
            case 6: to.Whole(view.QueuedPrefillTokens); break;
            case 7: to.Whole(view.KvTokensInUse); break;
            case 8: to.Whole(view.KvTokensQueued); break;
            case 9: to.Whole(view.KvCapacityTokens); break;
            case 10: to.Real(view.PrefillTokensPerSecond); break;
            case 11: to.Real(view.ReleasedTokensPerSecond); break;
            case 12: to.Real(view.MeanOutputTokens); break;
            case 13: to.Whole(view.CachedPromptTokens); break;
            case 14: to.Whole(view.InFlightRequests); break;
            case 15: to.Whole(view.InFlightPromptTokens); break;
            case 16: to.Whole(view.UnreportedRequests); break;
            case 17: to.Whole(view.UnreportedPrefillTokens); break;
            case 18: to.Whole(view.UnreportedPromptTokens); break;
            case 19: to.Real(view.Weight); break;
            case 20: to.Real(view.SecondsPerStep); break;
            case 21: to.Whole(view.InFlightStreaming); break;
            case 22: to.Whole(view.InFlightPrefillTokens); break;
            default: to.Whole(view.InFlightOutputTokens); break;
        }
    }

    private static ReplicaView ReadField(ref StateReader from, in ReplicaView view, int field) => field switch
    {
        0 => view with { Epoch = from.Whole() },
        1 => view with { State = (ReplicaState)from.Whole() },
        2 => view with { Age = from.Time() },
        3 => view with { Latency = from.Time() },
        4 => view with { Running = from.OptionalWhole32() },
        5 => view with { Waiting = from.OptionalWhole32() },
        6 => view with { QueuedPrefillTokens = from.OptionalWhole() },
        7 => view with { KvTokensInUse = from.OptionalWhole() },
        8 => view with { KvTokensQueued = from.OptionalWhole() },
        9 => view with { KvCapacityTokens = from.OptionalWhole() },
        10 => view with { PrefillTokensPerSecond = from.OptionalReal() },
        11 => view with { ReleasedTokensPerSecond = from.OptionalReal() },
        12 => view with { MeanOutputTokens = from.OptionalReal() },
        13 => view with { CachedPromptTokens = from.OptionalWhole32() },
        14 => view with { InFlightRequests = from.Whole32() },
        15 => view with { InFlightPromptTokens = from.Whole() },
        16 => view with { UnreportedRequests = from.Whole32() },
        17 => view with { UnreportedPrefillTokens = from.Whole() },
        18 => view with { UnreportedPromptTokens = from.Whole() },
        19 => view with { Weight = from.OptionalReal() },
        20 => view with { SecondsPerStep = from.OptionalReal() },
        21 => view with { InFlightStreaming = from.Whole32() },
        22 => view with { InFlightPrefillTokens = from.Whole() },
        _ => view with { InFlightOutputTokens = from.OptionalWhole() },
    };
}
