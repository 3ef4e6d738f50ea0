using System.Globalization;
using System.Text;

namespace HalfFull.Gateway;

/// <summary>Builds a page of metrics in Prometheus' text format 0.0.4.</summary>
public sealed class PrometheusText
{
    /// <summary>The page's media type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder text = new();
    private string name = string.Empty;

    /// <summary>Begins a metric that goes up and down; <see cref="Add"/> its samples next.</summary>
    public PrometheusText Gauge(string metric, string help) => Begin(metric, help, "gauge");

    /// <summary>Begins a metric that only grows; its name ends in <c>_total</c>.</summary>
    public PrometheusText Counter(string metric, string help) => Begin(metric, help, "counter");

    /// <summary>Begins a histogram; <see cref="AddHistogram"/> its samples next.</summary>
    public PrometheusText Histogram(string metric, string help) => Begin(metric, help, "histogram");

    /// <summary>Adds a sample of the metric begun.</summary>
    public PrometheusText Add(double value, params ReadOnlySpan<(string Name, string Value)> labels) => Sample(string.Empty, value, labels, null);

    /// <summary>Adds a histogram's samples.</summary>
    /// <param name="bounds">Upper bounds of the buckets, ascending.</param>
    /// <param name="counts">Count of each bucket by itself, and last that above all bounds.</param>
    /// <param name="sum">Sum of all observations.</param>
    /// <param name="labels">Labels.</param>
    public PrometheusText AddHistogram(ReadOnlySpan<double> bounds, ReadOnlySpan<long> counts, double sum, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        if (counts.Length != bounds.Length + 1)
        {
            throw new ArgumentException("A histogram has one bucket more than bounds.", nameof(counts));
        }

        var total = 0L;
        for (var i = 0; i < counts.Length; i++)
        {
            total += counts[i];
            Sample("_bucket", total, labels, i < bounds.Length ? Number(bounds[i]) : "+Inf");
        }

        return Sample("_sum", sum, labels, null).Sample("_count", total, labels, null);
    }

    /// <summary>A number as the format spells it.</summary>
    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    /// <summary>The page.</summary>
    public override string ToString() => text.ToString();

    private PrometheusText Begin(string metric, string help, string kind)
    {
        name = metric;
        text.Append("# HELP ").Append(metric).Append(' ').Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).ReplaceLineEndings("\\n")).Append('\n');
        text.Append("# TYPE ").Append(metric).Append(' ').Append(kind).Append('\n');
        return this;
    }

    private PrometheusText Sample(string suffix, double value, ReadOnlySpan<(string Name, string Value)> labels, string? bound)
    {
        text.Append(name).Append(suffix);
        var separator = '{';
        foreach (var (label, labelValue) in labels)
        {
            Label(separator, label, labelValue);
            separator = ',';
        }

        if (bound is not null)
        {
            Label(separator, "le", bound);
            separator = ',';
        }

        text.Append(separator == ',' ? "} " : " ").Append(Number(value)).Append('\n');
        return this;
    }

    private void Label(char separator, string label, string value) =>
        text.Append(separator).Append(label).Append("=\"")
            .Append(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal))
            .Append('"');
}
