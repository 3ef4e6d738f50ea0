using HalfFull.Metrics;

namespace HalfFull.Simulation.Comparisons;

/// <summary>What combinations are ranked by: a statistic of a latency, or how many requests met the SLO.</summary>
public sealed class RankMetric
{
    /// <summary>What is accepted, as a phrase for errors and help.</summary>
    public const string Accepts = "ttft, tpot, e2e, queue or slowdown, each a mean or with -p50, -p90 or -p99, or attainment or goodput";

    private readonly Func<RunEntry, double> value;

    private RankMetric(string name, string title, RequestMetric metric, Statistic statistic, Func<RunEntry, double> value)
    {
        Name = name;
        Title = title;
        Metric = metric;
        Statistic = statistic;
        this.value = value;
    }

    /// <summary>Its name on the command line.</summary>
    public string Name { get; }

    /// <summary>Its name in a sentence, such as <c>p99 TTFT</c>.</summary>
    public string Title { get; }

    /// <summary>The samples behind it.</summary>
    public RequestMetric Metric { get; }

    /// <summary>What is taken of the samples.</summary>
    public Statistic Statistic { get; }

    /// <summary>Whether it counts requests that met the SLO, so that more is better; of latencies, less is.</summary>
    public bool HigherIsBetter => Metric == RequestMetric.Attainment;

    /// <summary>Whether it is per second of makespan.</summary>
    public bool IsRate { get; private init; }

    /// <summary>Its value in a run.</summary>
    public double Of(RunEntry entry) => value(entry);

    /// <summary>Reads a name.</summary>
    /// <exception cref="FormatException">There is no such metric; the message says what would be accepted.</exception>
    public static RankMetric Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        switch (text)
        {
            case "attainment":
                return new RankMetric(text, "SLO attainment", RequestMetric.Attainment, Statistic.Mean, entry => entry.SloAttainment);
            case "goodput":
                return new RankMetric(text, "goodput", RequestMetric.Attainment, Statistic.Mean, entry => entry.GoodputRequestsPerSecond) { IsRate = true };
        }

        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var (metric, title, distribution) = Latency(dash < 0 ? text : text[..dash], text);
        return (dash < 0 ? "mean" : text[(dash + 1)..]) switch
        {
            "mean" => new RankMetric(text, $"mean {title}", metric, Statistic.Mean, entry => distribution(entry).Mean),
            "p50" => new RankMetric(text, $"p50 {title}", metric, Statistic.AtQuantile(0.5), entry => distribution(entry).P50),
            "p90" => new RankMetric(text, $"p90 {title}", metric, Statistic.AtQuantile(0.9), entry => distribution(entry).P90),
            "p99" => new RankMetric(text, $"p99 {title}", metric, Statistic.AtQuantile(0.99), entry => distribution(entry).P99),
            _ => throw Unknown(text),
        };
    }

    private static (RequestMetric Metric, string Title, Func<RunEntry, Distribution> Distribution) Latency(string name, string text) => name switch
    {
        "ttft" => (RequestMetric.Ttft, "TTFT", entry => entry.TtftSeconds),
        "tpot" => (RequestMetric.Tpot, "TPOT", entry => entry.TpotSeconds),
        "e2e" => (RequestMetric.E2E, "E2E", entry => entry.E2ESeconds),
        "queue" => (RequestMetric.Queue, "queue time", entry => entry.QueueSeconds),
        "slowdown" => (RequestMetric.Slowdown, "slowdown", entry => entry.Slowdown),
        _ => throw Unknown(text),
    };

    private static FormatException Unknown(string text) => new($"--rank-by '{text}' is no metric to rank by: give {Accepts}.");
}
