namespace HalfFull.Traces;

/// <summary>Logs are often written when requests end; this puts them in order of arrival.</summary>
public static class SortedRows
{
    /// <summary>The rows by arrival, equal ones in their given order, from the earliest at time 0; holds them all in memory.</summary>
    public static IEnumerable<TraceRow> SortByArrival(this IEnumerable<TraceRow> rows)
    {
        TimeSpan? origin = null;
        foreach (var row in rows.OrderBy(row => row.Arrival))
        {
            origin ??= row.Arrival;
            yield return row with { Arrival = row.Arrival - origin.Value };
        }
    }
}
