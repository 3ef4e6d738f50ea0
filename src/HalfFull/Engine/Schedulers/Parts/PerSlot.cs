namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>What a policy keeps for each sequence, by its slot. It grows with the highest slot and must be cleared when a sequence leaves.</summary>
/// <typeparam name="T">A struct; its default means that nothing is known.</typeparam>
internal sealed class PerSlot<T>
    where T : struct
{
    private T[] items = new T[64];

    /// <summary>The item of a slot.</summary>
    internal ref T this[int slot]
    {
        get
        {
            if (slot >= items.Length)
            {
                Array.Resize(ref items, Math.Max(slot + 1, items.Length * 2));
            }

            return ref items[slot];
        }
    }

    /// <summary>Forgets a sequence.</summary>
    internal void Clear(Sequence sequence) => this[sequence.Slot] = default;
}
