using System.Runtime.InteropServices;

namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>A key with its ties: by arrival, then by id, as in the queue. No two are equal.</summary>
/// <param name="Key">The key: lower goes first.</param>
/// <param name="Arrival">Arrival of the request.</param>
/// <param name="Id">Its id.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SequenceRank(double Key, TimeSpan Arrival, long Id) : IComparable<SequenceRank>
{
    public static bool operator <(SequenceRank left, SequenceRank right) => left.CompareTo(right) < 0;

    public static bool operator <=(SequenceRank left, SequenceRank right) => left.CompareTo(right) <= 0;

    public static bool operator >(SequenceRank left, SequenceRank right) => left.CompareTo(right) > 0;

    public static bool operator >=(SequenceRank left, SequenceRank right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public int CompareTo(SequenceRank other)
    {
        if (Key != other.Key)
        {
            return Key < other.Key ? -1 : 1;
        }

        return Arrival != other.Arrival ? Arrival.CompareTo(other.Arrival) : Id.CompareTo(other.Id);
    }
}
