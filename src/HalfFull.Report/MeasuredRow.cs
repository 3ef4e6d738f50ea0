using HalfFull.Load.Documents;
using HalfFull.Metrics;
using HalfFull.Report.Data;

namespace HalfFull.Report;

/// <summary>One server, or one policy of a gateway, at one rate; several runs of it are trials of a search.</summary>
/// <param name="Name">Its name, unique at its rate.</param>
/// <param name="Runs">Its runs.</param>
internal sealed record MeasuredRow(string Name, List<BenchEntry> Runs)
{
    /// <summary>The comparison whose second run it is; null for any other.</summary>
    public AbEntry? Comparison { get; init; }

    /// <summary>What the page shows of it.</summary>
    /// <param name="first">The row that others are compared with; null for that itself.</param>
    /// <param name="unary">Whether there is no time to first token.</param>
    public RowData Data(RowData? first, bool unary)
    {
        var figures = Figures();
        double? value = figures.Completed == 0 ? null : unary ? figures.E2ESeconds.Mean : figures.TtftSeconds.Mean;
        var paired = Comparison?.Ratios.GetValueOrDefault(unary ? "e2eMean" : "ttftMean");
        return new RowData
        {
            Name = Name,
            Engine = Runs[0].Model,
            Router = Runs[0].Policy ?? Runs[0].Url,
            Fleet = Runs[0].Url,
            Value = value,
            Change = paired is not null ? new ChangeData(paired.Ratio, paired.Low, paired.High)
                : first?.Value > 0 && value is not null ? new ChangeData(Digits.Five(value.Value / first.Value.Value), null, null) : null,
            Figures = figures,
            Curves = new CurveSet(
                Curve(static run => run.Curves.TtftSeconds), Curve(static run => run.Curves.TpotSeconds), Curve(static run => run.Curves.E2ESeconds)),
        };
    }

    private CurveData Curve(Func<BenchEntry, IReadOnlyList<double>> of) =>
        MeasuredCurve.Of(Runs[0].Curves.Quantiles, Runs.Select(run => (Math.Max(0, run.Completed - run.SlowReaders), of(run))));

    private FigureSet Figures()
    {
        return new FigureSet
        {
            Requests = Mean(static run => run.Requests),
            Completed = Mean(static run => run.Completed),
            Rejected = Mean(static run => run.Rejected),
            Failed = Mean(static run => run.Failed),
            MakespanSeconds = Mean(static run => run.MakespanSeconds),
            RequestsPerSecond = Mean(static run => run.RequestsPerSecond),
            OutputTokensPerSecond = Mean(static run => run.OutputTokensPerSecond),
            TtftSeconds = Means(static run => run.TtftSeconds),
            TpotSeconds = Means(static run => run.TpotSeconds),
            ItlSeconds = Means(static run => run.ItlSeconds),
            E2ESeconds = Means(static run => run.E2ESeconds),
            SloAttainment = Mean(static run => run.SloAttainment),
            GoodputRequestsPerSecond = Mean(static run => run.GoodputRequestsPerSecond),
        };

        double Mean(Func<BenchEntry, double> figure) => Runs.Average(figure);

        Distribution Means(Func<BenchEntry, Distribution> of) => new(
            Mean(run => of(run).Mean), Mean(run => of(run).P50), Mean(run => of(run).P90), Mean(run => of(run).P99), Mean(run => of(run).Max));
    }
}
