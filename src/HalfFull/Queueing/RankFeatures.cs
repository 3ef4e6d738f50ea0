using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HalfFull.Queueing;

/// <summary>
/// The part of a sort key that stays fixed while an item waits. What moves (time, load) belongs to the order itself.
/// </summary>
/// <param name="Arrival">Original arrival, kept across preemptions.</param>
/// <param name="First">First number; the order gives it a meaning.</param>
/// <param name="Second">Second number; 0 when unused.</param>
/// <param name="Third">Third number; 0 when unused.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RankFeatures(TimeSpan Arrival, double First = 0, double Second = 0, double Third = 0)
{
    /// <summary>Larger than every item: the minimum of nothing.</summary>
    internal static readonly RankFeatures Empty = new(TimeSpan.MaxValue, double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static RankFeatures Min(in RankFeatures a, in RankFeatures b) => new(
        a.Arrival < b.Arrival ? a.Arrival : b.Arrival,
        a.First < b.First ? a.First : b.First,
        a.Second < b.Second ? a.Second : b.Second,
        a.Third < b.Third ? a.Third : b.Third);
}
