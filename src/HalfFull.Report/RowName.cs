using HalfFull.Metrics;

namespace HalfFull.Report;

/// <summary>The name of a combination.</summary>
internal static class RowName
{
    /// <summary>Such as <c>larry + sal</c>, followed by the fleet where there are several.</summary>
    public static string Of(RunEntry entry, bool severalFleets) => $"{entry.Engine} + {entry.Router}{(severalFleets ? $" on {entry.Fleet}" : string.Empty)}";
}
