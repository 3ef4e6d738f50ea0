namespace HalfFull.Gateway.Workers;

/// <summary>Hashes a run of bytes unit by unit; each hash depends on all units before it.</summary>
internal sealed class UnitChain(int unitBytes, List<long> hashes)
{
    private ulong hash;
    private int filled;

    /// <summary>Adds bytes; a hash is added to the list whenever a unit is full.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            // FNV-1a within the unit; the finaliser spreads it at the end.
            hash = (hash ^ value) * 0x100000001B3;
            if (++filled == unitBytes)
            {
                hash = Rng.Mix(hash + 0x9E3779B97F4A7C15);
                hashes.Add((long)hash);
                filled = 0;
            }
        }
    }
}
