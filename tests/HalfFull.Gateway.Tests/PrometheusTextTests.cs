namespace HalfFull.Gateway.Tests;

public sealed class PrometheusTextTests
{
    [Fact]
    public void Writes_help_types_labels_and_cumulative_buckets()
    {
        var text = new PrometheusText();
        text.Counter("a_total", "Some\nhelp.").Add(3).Add(0.5, ("x", "q\"u\\o\nte"));
        text.Histogram("h_seconds", "H.").AddHistogram([1, 2], [4, 5, 6], 7.25, ("r", "1"));

        Assert.Equal(
            "# HELP a_total Some\\nhelp.\n# TYPE a_total counter\na_total 3\na_total{x=\"q\\\"u\\\\o\\nte\"} 0.5\n"
            + "# HELP h_seconds H.\n# TYPE h_seconds histogram\nh_seconds_bucket{r=\"1\",le=\"1\"} 4\nh_seconds_bucket{r=\"1\",le=\"2\"} 9\n"
            + "h_seconds_bucket{r=\"1\",le=\"+Inf\"} 15\nh_seconds_sum{r=\"1\"} 7.25\nh_seconds_count{r=\"1\"} 15\n",
            text.ToString());
    }
}
