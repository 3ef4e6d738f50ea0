using HalfFull.Load.Documents;

namespace HalfFull.Report.Tests;

public sealed class MeasuredReportTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("halffull-test-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Curves_go_through_the_quantiles_in_straight_lines_of_the_chart_to_the_largest_value()
    {
        var data = MeasuredReport.Of([("a", Measured.Document(Measured.Run(0.01)))], command: null, "1.0.0");
        var curve = data.Points[0].Rows[0].Curves!.Ttft;

        Assert.Equal((1000L, 121), (curve.Count, curve.Seconds.Count)); // three nines of 40 points, and the least
        Assert.Equal((0.005, 0.1, 1.0, 10.0, 10.0), (curve.Seconds[0], curve.Seconds[40], curve.Seconds[80], curve.Seconds[120], curve.Max));
        Assert.Equal(0.31623, curve.Seconds[60]); // half-way between p90 and p99 on the logarithmic axis
    }

    [Fact]
    public void Trials_at_one_rate_are_one_row_and_rates_are_in_order()
    {
        var document = Measured.Document(Measured.Run(0.02, rate: 8), Measured.Run(0.04, rate: 8), Measured.Run(0.01, rate: 4)) with
        {
            Sweep = new SweepEntry("ttft=2s", 0.99, 4, 8, [false, false, true]),
        };
        var data = MeasuredReport.Of([("a", document)], command: null, "1.0.0");

        Assert.Equal([4.0, 8.0], data.Points.Select(point => point.RequestsPerSecond));
        Assert.Equal((0.01, 0.03), (data.Points[0].Rows.Single().Value, data.Points[1].Rows.Single().Value));
        Assert.Equal("ttft=2s is met by 99% of the requests up to 4/s; 8/s is too much.", data.Points[0].Answer);
        Assert.Equal("ttft=2s", data.Slo);
    }

    [Fact]
    public void A_comparison_has_its_paired_interval()
    {
        var document = Measured.Document(Measured.Run(0.02), Measured.Run(0.01)) with
        {
            Ab = new AbEntry(20, 10, 0.05, Tight: true, new Dictionary<string, RatioEntry>(StringComparer.Ordinal) { ["ttftMean"] = new(0.5, 0.45, 0.55) }),
        };
        var data = MeasuredReport.Of([("a", document)], command: null, "1.0.0");

        Assert.Equal(["http://a:8000", "http://a:8000 (2)"], data.Points[0].Rows.Select(row => row.Name));
        Assert.Equal(0.45, data.Points[0].Rows[1].Change!.Low);
        Assert.Equal("http://a:8000 (2): mean TTFT -50.0% against http://a:8000 (95% interval -55.0% to -45.0%, 20 pairs).", data.Points[0].Answer);
        Assert.DoesNotContain("interval", data.Absent.Keys);
    }

    [Fact]
    public void Two_documents_are_called_by_their_files_and_have_no_interval()
    {
        var data = MeasuredReport.Of([("old/vllm.json", Measured.Document(Measured.Run(0.02))), ("larry.json", Measured.Document(Measured.Run(0.01, rate: 4.1)))], "halffull report", "1.0.0");

        Assert.Equal(["vllm", "larry"], Assert.Single(data.Points).Rows.Select(row => row.Name));
        Assert.Equal(0.5, data.Points[0].Rows[1].Change!.Ratio);
        Assert.Contains("interval", data.Absent.Keys);
    }

    [BrowserFact]
    public async Task A_page_draws_what_was_measured_and_says_what_was_not()
    {
        var document = Measured.Document(Measured.Run(0.02), Measured.Run(0.01, "http://b:8000"));
        var path = Given.Write(MeasuredReport.Of([("a", document)], command: null, "1.0.0"), Path.Combine(folder, "bench.html"));
        await using var opened = await browser.OpenAsync(path);
        var page = opened.Page;

        foreach (var name in (string[])["ttft", "tpot", "e2e"])
        {
            Assert.Equal((int[])[121, 121], await page.EvalOnSelectorAsync<int[]>($"[data-chart={name}]", "(figure) => figure.chart.data.slice(1).map((line) => line.filter((v) => v !== null).length)"));
        }

        Assert.Equal(2, await page.Locator("[data-chart=goodput] .fill").CountAsync());
        Assert.Contains("20.0 ms", await page.Locator("#table").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("These are measurements.", await page.Locator("#answer").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("a client does not see the inside of a server", await page.Locator("#fleet").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("a client does not see the inside of a server", await page.Locator("#timeline").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("33 quantiles", await page.Locator("#source").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Empty(opened.Complaints);
    }

    [BrowserFact]
    public async Task A_search_is_drawn_by_rate()
    {
        var document = Measured.Document([.. Enumerable.Range(1, 5).Select(i => Measured.Run(0.01 * i, rate: i))]) with { Sweep = new SweepEntry("ttft=2s", 0.99, 4, 5, [true, true, true, true, false]) };
        var path = Given.Write(MeasuredReport.Of([("a", document)], command: null, "1.0.0"), Path.Combine(folder, "sweep.html"));
        await using var opened = await browser.OpenAsync(path);

        Assert.Equal((double[])[1, 2, 3, 4, 5], await opened.Page.EvalOnSelectorAsync<double[]>("[data-chart=sweep]", "(figure) => figure.chart.data[0]"));
        Assert.Contains("up to 4/s; 5/s is too much", await opened.Page.Locator("#answer").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Empty(opened.Complaints);
    }
}
