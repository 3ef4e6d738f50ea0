namespace HalfFull.Engine;

/// <summary>
/// KV blocks of a replica that belong to no sequence in it: those of one that has left and is being copied away, or room for one that is being copied here.
/// They are in use until <see cref="Replica.Release(KvHold, TimeSpan)"/>.
/// </summary>
public sealed class KvHold
{
    private bool released;

    /// <summary>Room for a sequence on its way here.</summary>
    internal KvHold(int blocks)
    {
        PrivateBlocks = blocks;
        Slot = -1;
    }

    /// <summary>What a sequence has left behind.</summary>
    internal KvHold(Request request, int sharedUnits, int privateBlocks, int slot)
    {
        Request = request;
        SharedUnits = sharedUnits;
        PrivateBlocks = privateBlocks;
        Slot = slot;
    }

    internal Request? Request { get; }

    /// <summary>Leading prefix units of the request that it references.</summary>
    internal int SharedUnits { get; }

    internal int PrivateBlocks { get; }

    /// <summary>Slot of the sequence that has left; -1 for one on its way here, which gets its slot when it comes.</summary>
    internal int Slot { get; }

    /// <exception cref="InvalidOperationException">It was released before.</exception>
    internal void Release()
    {
        if (released)
        {
            throw new InvalidOperationException("KV is released a second time.");
        }

        released = true;
    }
}
