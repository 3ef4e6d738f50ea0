using HalfFull.Load.Documents;
using HalfFull.Metrics;

namespace HalfFull.Report;

/// <summary>What was measured at one rate.</summary>
/// <param name="Trace">What was played.</param>
/// <param name="RequestsPerSecond">Offered rate; null in a closed loop.</param>
/// <param name="Rows">Who was measured.</param>
internal sealed record MeasuredPoint(TraceIdentity Trace, double? RequestsPerSecond, List<MeasuredRow> Rows)
{
    /// <summary>Adds a run: a further trial to its row, anything else as a row of its own with a name of its own.</summary>
    public void Add(string name, BenchEntry run, bool isTrial, AbEntry? comparison)
    {
        if (isTrial && Rows.Find(row => string.Equals(row.Name, name, StringComparison.Ordinal)) is { } known)
        {
            known.Runs.Add(run);
            return;
        }

        var own = name;
        for (var i = 2; Rows.Exists(row => string.Equals(row.Name, own, StringComparison.Ordinal)); i++)
        {
            own = FormattableString.Invariant($"{name} ({i})");
        }

        Rows.Add(new MeasuredRow(own, [run]) { Comparison = comparison });
    }
}
