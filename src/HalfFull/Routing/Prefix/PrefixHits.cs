namespace HalfFull.Routing.Prefix;

/// <summary>
/// Answers <see cref="ReplicaView.CachedPromptTokens"/> for a host that cannot look into the caches of its replicas: an index of what the host has sent where. It
/// is told of every dispatch, and forgets a replica when its epoch changes. It over-reads what engines have evicted and under-reads what other hosts have sent.
/// </summary>
public sealed class PrefixHits
{
    private readonly PrefixIndex index;
    private readonly bool unitsVary;
    private readonly Dictionary<int, Place> places = [];
    private readonly Stack<int> freeSlots = new();
    private int[] units = new int[64];
    private int unitTokens;
    private int slots;

    /// <summary>Knows of nothing yet.</summary>
    /// <param name="bytesPerReplica">Most bytes for each replica.</param>
    /// <param name="unitsVary">
    /// Whether ids stand for their units whatever the tokens in them: of a host that cuts text by bytes and learns how many make a token, so that the same unit counts
    /// 128 tokens now and 127 later.
    /// </param>
    public PrefixHits(long bytesPerReplica = PrefixIndex.StandardBytesPerReplica, bool unitsVary = false)
    {
        index = new PrefixIndex(bytesPerReplica);
        this.unitsVary = unitsVary;
    }

    /// <summary>Bytes in use.</summary>
    public long Bytes => index.Bytes;

    /// <summary>Looks a request up for all replicas at once. Then ask <see cref="Tokens"/>.</summary>
    public void Look(in RouteRequest request)
    {
        unitTokens = request.Request.PrefixHashes.IsEmpty ? 0 : request.Request.PrefixUnitTokens;
        if (unitTokens <= 0)
        {
            return;
        }

        if (units.Length < index.Replicas)
        {
            units = new int[index.Replicas * 2];
        }

        // The last token is always computed, as engines do, and only whole units are reused.
        var chain = request.Request.PrefixHashes.Span;
        var most = Math.Clamp((request.Request.PromptTokens - 1) / unitTokens, 0, chain.Length);
        index.Match(chain[..most], Seed(request), units);
    }

    /// <summary>Prompt tokens of the request looked up last that a replica should have cached; null when the request told nothing of its prefix.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="epoch">Its epoch: what it held in an earlier one is lost.</param>
    public int? Tokens(int replica, long epoch)
    {
        if (unitTokens <= 0)
        {
            return null;
        }

        return places.TryGetValue(replica, out var place) && place.Epoch == epoch ? units[place.Slot] * unitTokens : 0;
    }

    /// <summary>A request was sent to a replica, which will hold its prefix.</summary>
    public void Dispatched(in RouteRequest request, int replica, long epoch)
    {
        if (request.Request.PrefixHashes.IsEmpty || request.Request.PrefixUnitTokens <= 0)
        {
            return;
        }

        index.Insert(Slot(replica, epoch), request.Request.PrefixHashes.Span, Seed(request));
    }

    /// <summary>A replica has gone for good.</summary>
    public void Removed(int replica)
    {
        if (places.Remove(replica, out var place))
        {
            index.Clear(place.Slot);
            freeSlots.Push(place.Slot);
        }
    }

    private ulong Seed(in RouteRequest request) => unitsVary ? request.PrefixSeed : PrefixSeed.WithUnit(request.PrefixSeed, request.Request.PrefixUnitTokens);

    private int Slot(int replica, long epoch)
    {
        if (!places.TryGetValue(replica, out var place))
        {
            place = new Place(freeSlots.TryPop(out var slot) ? slot : slots++, epoch);
            places[replica] = place;
        }
        else if (place.Epoch != epoch)
        {
            index.Clear(place.Slot);
            place = place with { Epoch = epoch };
            places[replica] = place;
        }

        return place.Slot;
    }

    private readonly record struct Place(int Slot, long Epoch);
}
