using System.Globalization;
using HalfFull.Report.Data;
using HalfFull.Tests;
using Microsoft.Playwright;

namespace HalfFull.Report.Tests;

/// <summary>The page in a real browser, opened from disk without a network.</summary>
public sealed class PageTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private const int MostBytes = 3_000_000;
    private static readonly string Shots = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "screenshots")).FullName;
    private static readonly Lazy<ReportData> Compared = new(() => Given.Report(Given.Preset("multi-tenant", 2500), rates: [110]));
    private static readonly Lazy<ReportData> Swept = new(() => Given.Report(Given.Preset("chat", 800), rates: [4, 8, 16, 24, 32, 48], combinations: 2, seeds: 1));

    private readonly string folder = Directory.CreateTempSubdirectory("halffull-test-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [BrowserTheory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Every_chart_has_data_and_labelled_axes_at_both_widths_in_both_themes(int width, ColorScheme theme)
    {
        await using var opened = await OpenAsync(Compared.Value, width, theme);
        var page = opened.Page;

        foreach (var (name, unit) in ((string, string)[])[("ttft", "time to first token"), ("tpot", "time per output token"), ("e2e", "end-to-end time"), ("kv", "(%)"), ("queue", "requests")])
        {
            var chart = await page.EvalOnSelectorAsync<string[]>($"[data-chart={name}]", """
                (figure) => [
                  figure.chart.axes.map((axis) => axis.label).join(" | "),
                  String(Math.max(...figure.chart.data.slice(1).map((line) => line.filter((v) => v !== null).length))),
                  String([...figure.querySelector("canvas").getContext("2d").getImageData(0, 0, figure.querySelector("canvas").width, figure.querySelector("canvas").height).data].some((v) => v > 0)),
                ]
                """);
            Assert.Contains(unit, chart[0], StringComparison.Ordinal);
            Assert.Contains(name is "kv" or "queue" ? "(s)" : "share of requests", chart[0], StringComparison.Ordinal);
            Assert.True(int.Parse(chart[1], CultureInfo.InvariantCulture) > 50, $"{name} has {chart[1]} points");
            Assert.Equal("true", chart[2]);
        }

        Assert.Equal(4, await page.Locator("[data-chart=goodput] .fill").CountAsync());
        Assert.Contains("per second", await page.Locator("[data-chart=goodput] .axis-label").InnerTextAsync(), StringComparison.Ordinal);
        Assert.True(await page.Locator("[data-chart=classes-prompt] .dot").CountAsync() >= 9);
        Assert.True(await page.Locator("[data-chart=classes-tenant] .dot").CountAsync() >= 6);
        Assert.Contains("change", await page.Locator("[data-chart=classes-tenant] .axis-label").TextContentAsync(), StringComparison.Ordinal);
        Assert.Equal(10, await page.Locator("#worst tbody tr").CountAsync());
        Assert.Equal(theme == ColorScheme.Dark ? "dark" : "light", await page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
        Assert.Equal(width, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await ShootAsync(page, $"report-{width}-{(theme == ColorScheme.Dark ? "dark" : "light")}");
        Assert.Empty(opened.Complaints);
    }

    [BrowserFact]
    public async Task Dragging_keys_and_buttons_zoom_a_chart_and_moving_over_it_tells_its_values()
    {
        await using var opened = await OpenAsync(Compared.Value);
        var page = opened.Page;
        var plot = page.Locator("[data-chart=ttft] .u-over");
        await plot.ScrollIntoViewIfNeededAsync();
        var box = (await plot.BoundingBoxAsync())!;
        var all = await RangeAsync(page, "ttft");

        await page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + (box.Height / 2));
        var told = await page.Locator("[data-chart=ttft] .readout").InnerTextAsync();
        Assert.Matches(@"^9\d[\d.]*% of requests\s+vllm \+ round-robin: [\d.]+ m?s", told);

        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + (box.Width * 3 / 4), box.Y + (box.Height / 2), new MouseMoveOptions { Steps = 4 });
        await page.Mouse.UpAsync();
        Assert.Equal(all / 4, await RangeAsync(page, "ttft"), all * 0.03);

        await page.Mouse.DblClickAsync(box.X + (box.Width / 2), box.Y + (box.Height / 2));
        Assert.Equal(all, await RangeAsync(page, "ttft"), 1e-9);

        await page.Locator("[data-chart=ttft] .focus").FocusAsync();
        await page.Keyboard.PressAsync("+");
        var closer = await RangeAsync(page, "ttft");
        Assert.True(closer < 0.7 * all);
        var before = await page.Locator("[data-chart=ttft] .readout").InnerTextAsync();
        await page.Keyboard.PressAsync("ArrowLeft");
        Assert.NotEqual(before, await page.Locator("[data-chart=ttft] .readout").InnerTextAsync());
        await page.Keyboard.PressAsync("0");
        Assert.Equal(all, await RangeAsync(page, "ttft"), 1e-9);

        await page.Locator("[data-chart=ttft] .zoom button").First.ClickAsync();
        Assert.True(await RangeAsync(page, "ttft") < 0.7 * all);
        Assert.Empty(opened.Complaints);
    }

    [BrowserFact]
    public async Task A_line_is_hidden_by_its_button_and_the_theme_by_the_toggle()
    {
        await using var opened = await OpenAsync(Compared.Value);
        var page = opened.Page;
        var button = page.Locator("[data-chart=e2e] .legend button").Nth(1);

        await button.ClickAsync();
        Assert.Equal("false", await button.GetAttributeAsync("aria-pressed"));
        Assert.False(await page.EvalOnSelectorAsync<bool>("[data-chart=e2e]", "(figure) => figure.chart.series[2].show"));

        var light = await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
        await page.Locator("#theme").ClickAsync();
        Assert.NotEqual(light, await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        Assert.Empty(opened.Complaints);
    }

    [BrowserFact]
    public async Task The_timeline_tells_the_story_of_the_request_under_the_pointer_and_zooms()
    {
        await using var opened = await OpenAsync(Compared.Value);
        var page = opened.Page;
        var gantt = page.Locator(".gantt");
        await gantt.ScrollIntoViewIfNeededAsync();
        var box = (await gantt.BoundingBoxAsync())!;

        await page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + 100);
        Assert.True(await page.Locator(".tip").IsVisibleAsync());
        var story = await page.Locator(".tip").InnerTextAsync();
        Assert.Matches(@"Request [\d,]+ of tenant \S+: [\d,]+ prompt tokens", story);
        Assert.Contains("It arrived at", story, StringComparison.Ordinal);
        Assert.Matches(@"TTFT .*, E2E .*: [\d.,]+ times as long as alone\.", story);

        var all = await LengthAsync();
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + (box.Width * 3 / 4), box.Y + 100, new MouseMoveOptions { Steps = 4 });
        await page.Mouse.UpAsync();
        Assert.Equal(all * (box.Width / 4) / (box.Width - 76), await LengthAsync(), all * 0.02);
        await gantt.FocusAsync();
        await page.Keyboard.PressAsync("0");
        Assert.Equal(all, await LengthAsync(), 1e-9);
        await page.Keyboard.PressAsync("ArrowDown");
        var picked = await gantt.GetAttributeAsync("data-picked");
        await page.Keyboard.PressAsync("ArrowDown");
        Assert.NotEqual(picked, await gantt.GetAttributeAsync("data-picked"));
        await page.Keyboard.PressAsync("+");
        Assert.True(await LengthAsync() < all);
        await ShootAsync(page.Locator("#timeline"), "timeline-zoomed");
        Assert.Empty(opened.Complaints);

        async Task<double> LengthAsync() => double.Parse((await gantt.GetAttributeAsync("data-to"))!, CultureInfo.InvariantCulture)
            - double.Parse((await gantt.GetAttributeAsync("data-from"))!, CultureInfo.InvariantCulture);
    }

    [BrowserFact]
    public async Task Looking_at_another_combination_changes_every_section_about_one()
    {
        await using var opened = await OpenAsync(Compared.Value);
        var page = opened.Page;

        await page.Locator("#fleet select").First.SelectOptionAsync(["0"]);

        Assert.Contains("vllm + round-robin", await page.Locator("[data-chart=kv] strong").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("vllm + round-robin", await page.Locator("[data-chart=timeline] strong").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("vllm + round-robin", await page.Locator("#worst caption").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Empty(opened.Complaints);
    }

    [BrowserTheory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task A_sweep_marks_knees_and_every_rate_can_be_looked_at(int width)
    {
        await using var opened = await OpenAsync(Swept.Value, width);
        var page = opened.Page;

        Assert.Equal(6, await page.EvalOnSelectorAsync<int>("[data-chart=sweep]", "(figure) => figure.chart.data[1].filter((v) => v !== null).length"));
        Assert.Equal("arrival rate (requests/s) | mean TTFT (log)", await page.EvalOnSelectorAsync<string>("[data-chart=sweep]", "(figure) => figure.chart.axes.map((axis) => axis.label).join(' | ')"));
        Assert.Equal("2", await page.Locator("[data-knees]").GetAttributeAsync("data-knees"));
        await ShootAsync(page.Locator("#sweep"), $"sweep-{width}");

        await page.Locator("#sweep select").SelectOptionAsync(["5"]);
        Assert.Contains("met the SLO", await page.EvalOnSelectorAsync<string>("[data-chart=sweep]", "(figure) => figure.chart.axes[1].label"), StringComparison.Ordinal);
        var last = await page.Locator("#table").InnerTextAsync();
        await page.Locator("#tools select").SelectOptionAsync(["0"]);
        Assert.NotEqual(last, await page.Locator("#table").InnerTextAsync());
        Assert.Empty(opened.Complaints);
    }

    [BrowserFact]
    public async Task One_request_makes_a_report()
    {
        var data = Given.Report(
            Given.Lines(Path.Combine(folder, "one.jsonl"), """{"arrival_s":0,"prompt_tokens":300,"output_tokens":20}"""), combinations: 1, seeds: 1, slo: null);
        await using var opened = await OpenAsync(data);

        Assert.Equal(1, await opened.Page.Locator("#worst tbody tr").CountAsync());
        Assert.Equal(2, await RangeAsync(opened.Page, "ttft"), 1e-9);
        Assert.Contains("add bounds, such as --slo", await opened.Page.Locator("#goodput").InnerTextAsync(), StringComparison.Ordinal);
        await opened.Page.Locator(".gantt").FocusAsync();
        await opened.Page.Keyboard.PressAsync("ArrowDown");
        Assert.Contains("Request 0: 300 prompt tokens, 20 output tokens.", await opened.Page.Locator(".story").InnerTextAsync(), StringComparison.Ordinal);
        await ShootAsync(opened.Page, "one-request");
        Assert.Empty(opened.Complaints);
    }

    [BrowserFact]
    public async Task A_document_in_which_nothing_completed_makes_a_report_that_says_so()
    {
        await using var opened = await OpenAsync(DocumentReport.Of([("run.json", Documents.Failed)], "halffull report run.json", "1.2.3"));

        Assert.Contains("No request completed", await opened.Page.Locator("#answer").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("No request completed, so there are no times to draw.", await opened.Page.Locator("#latency").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal("–", await opened.Page.Locator("#table tbody td").Nth(1).InnerTextAsync());
        await ShootAsync(opened.Page, "nothing-completed");
        Assert.Empty(opened.Complaints);
    }

    [BrowserFact]
    public async Task A_document_shows_its_figures_and_says_how_to_get_the_rest()
    {
        await using var opened = await OpenAsync(DocumentReport.Of([("vllm.json", Documents.Of("vllm", 2)), ("larry.json", Documents.Of("larry", 1))], "halffull report vllm.json larry.json", "1.2.3"), 390, ColorScheme.Dark);
        var page = opened.Page;

        Assert.Contains("larry + sal: mean TTFT 1 s, 50.0% less than vllm + sal (2 s)", await page.Locator("#answer").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal(4, await page.EvalOnSelectorAsync<int>("[data-chart=ttft]", "(figure) => figure.chart.data[1].length"));
        foreach (var section in (string[])["timeline", "fleet", "classes", "worst"])
        {
            Assert.Contains("run the command of the document again with --html", await page.Locator($"#{section} .absent").InnerTextAsync(), StringComparison.Ordinal);
        }

        await ShootAsync(page, "document-390-dark");
        Assert.Empty(opened.Complaints);
    }

    [BrowserFact]
    public async Task A_hundred_thousand_requests_fit_into_three_megabytes()
    {
        var path = Given.Write(Given.Report(Given.Preset("multi-tenant", 100_000), combinations: 4, seeds: 1), Path.Combine(folder, "large.html"));
        Assert.InRange(new FileInfo(path).Length, 200_000, MostBytes);

        await using var opened = await browser.OpenAsync(path);
        Assert.True(await opened.Page.EvalOnSelectorAsync<int>("[data-chart=ttft]", "(figure) => figure.chart.data[1].length") > 190);
        await ShootAsync(opened.Page, "hundred-thousand");
        Assert.Empty(opened.Complaints);
    }

    [BrowserFact]
    public async Task Names_that_look_like_markup_stay_text()
    {
        const string Hostile = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&<b>";
        var json = System.Text.Json.JsonSerializer.Serialize(Hostile);
        var lines = Enumerable.Range(0, 60).Select(i => $$"""{"arrival_s":{{i}},"prompt_tokens":300,"output_tokens":20,"tenant":{{(i % 2 == 0 ? json : "\"plain\"")}}}""").ToArray();
        var data = Given.Report(Given.Lines(Path.Combine(folder, "t<img src=x onerror=alert(3)>&.jsonl"), lines), combinations: 2, seeds: 1);
        var path = Given.Write(data with { Command = Hostile }, Path.Combine(folder, "hostile.html"));
        Assert.DoesNotContain("alert(1)</script>", await File.ReadAllTextAsync(path), StringComparison.Ordinal);

        await using var opened = await browser.OpenAsync(path);
        Assert.Equal(Hostile, await opened.Page.Locator("#command").TextContentAsync());
        Assert.Contains(Hostile, await opened.Page.Locator("#classes table").Nth(1).TextContentAsync(), StringComparison.Ordinal);
        Assert.Contains(Hostile, await opened.Page.Locator("#worst").TextContentAsync(), StringComparison.Ordinal);
        Assert.Contains("t<img src=x onerror=alert(3)>&.jsonl", await opened.Page.Locator("#source").TextContentAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await opened.Page.Locator("img").CountAsync());
        Assert.Empty(opened.Complaints);
    }

    [BrowserFact]
    public async Task Everything_is_reached_by_the_keyboard()
    {
        await using var opened = await OpenAsync(Compared.Value);
        var reached = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 150; i++)
        {
            await opened.Page.Keyboard.PressAsync("Tab");
            reached.Add(await opened.Page.EvaluateAsync<string>("document.activeElement.closest('figure')?.dataset.chart ?? document.activeElement.id ?? ''"));
        }

        Assert.Superset(new HashSet<string>(["ttft", "tpot", "e2e", "kv", "queue", "timeline", "theme"], StringComparer.Ordinal), reached);
    }

    [BrowserFact]
    public async Task It_prints_in_light_colours()
    {
        await using var opened = await OpenAsync(Compared.Value, theme: ColorScheme.Dark);
        var pdf = await opened.Page.PdfAsync(new PagePdfOptions { Path = Path.Combine(Shots, "report.pdf"), Format = "A4", PrintBackground = true });

        Assert.True(pdf.Length > 50_000);
        await opened.Page.EvaluateAsync("dispatchEvent(new Event('beforeprint'))");
        Assert.Equal("light", await opened.Page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
        Assert.Equal(680, await opened.Page.EvalOnSelectorAsync<int>("[data-chart=ttft]", "(figure) => figure.chart.width"));
        await opened.Page.EvaluateAsync("dispatchEvent(new Event('afterprint'))");
        Assert.Equal("dark", await opened.Page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
    }

    private static async Task<double> RangeAsync(IPage page, string chart) =>
        await page.EvalOnSelectorAsync<double>($"[data-chart={chart}]", "(figure) => figure.chart.scales.x.max - figure.chart.scales.x.min");

    private static async Task ShootAsync(IPage page, string name) =>
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Shots, $"{name}.png"), FullPage = true });

    private static async Task ShootAsync(ILocator part, string name) =>
        await part.ScreenshotAsync(new LocatorScreenshotOptions { Path = Path.Combine(Shots, $"{name}.png") });

    private async Task<OpenedPage> OpenAsync(ReportData data, int width = 1280, ColorScheme theme = ColorScheme.Light) =>
        await browser.OpenAsync(Given.Write(data, Path.Combine(folder, "report.html")), width, theme);
}
