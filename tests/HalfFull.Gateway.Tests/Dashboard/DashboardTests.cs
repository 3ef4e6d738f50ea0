using System.Globalization;
using System.Text.RegularExpressions;
using HalfFull.Engine;
using HalfFull.Engine.StepTime;
using HalfFull.Gateway.Access;
using HalfFull.Gateway.Workers;
using HalfFull.Report.Tests;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;

namespace HalfFull.Gateway.Tests.Dashboard;

/// <summary>The live page in a real browser, in front of a gateway with emulated replicas.</summary>
public sealed class DashboardTests
{
    private static readonly string Shots = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "screenshots")).FullName;
    private static readonly Regex Takes = new("^ready$|^warming$", RegexOptions.None, TimeSpan.FromSeconds(1));

    [BrowserTheory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Fleet_queue_charts_and_decisions_are_filled_at_both_widths_in_both_themes(int width, ColorScheme theme)
    {
        await using var first = await SlowWorker();
        await using var second = await SlowWorker();
        await using var gateway = await Given.Gateway(options: null, first.Address, second.Address);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AnswerAsync(gateway, Given.Chat)));
        using var leave = new CancellationTokenSource();
        var long40 = Enumerable.Range(0, 40).Select(i => AnswerAsync(gateway, Long(i), leave.Token)).ToArray();
        await Eventually.True(() => gateway.Pool.Waiting > 5, "some wait");
        await using var live = await LivePage.OpenAsync(gateway, width, theme);
        var page = live.Page;

        await live.StatusIsAsync("live");
        await page.WaitForSelectorAsync("#queue tbody tr");
        Assert.Equal(2, await page.Locator("#fleet tbody tr").CountAsync());
        await live.ShowsAsync("#fleet tbody tr >> nth=0", "%");
        await live.ShowsAsync("#fleet td[data-label='Tokens/s']", new Regex("[1-9]", RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.True(await page.Locator("#decisions tbody tr").CountAsync() >= 20);
        foreach (var (name, unit) in ((string, string)[])[("ttft", "TTFT"), ("tpot", "TPOT"), ("tokens", "tokens per second")])
        {
            var chart = await page.EvalOnSelectorAsync<string[]>($"[data-chart={name}]", """
                (figure) => [
                  figure.chart.axes.map((axis) => axis.label).join(" | "),
                  String(Math.min(...figure.chart.data.slice(1).map((line) => line.filter((v) => v !== null).length))),
                ]
                """);
            Assert.Equal($"time before now | {unit}", chart[0]);
            Assert.True(int.Parse(chart[1], CultureInfo.InvariantCulture) > 0, $"{name} has no points");
        }

        Assert.Equal(theme == ColorScheme.Dark ? "dark" : "light", await page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
        Assert.Equal(width, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await page.ScreenshotAsync(new PageScreenshotOptions
        {
            Path = Path.Combine(Shots, $"dashboard-{width}-{(theme == ColorScheme.Dark ? "dark" : "light")}.png"),
            FullPage = true,
        });
        Assert.Empty(live.Complaints);
        await leave.CancelAsync();
        await Task.WhenAll(long40);
    }

    [BrowserFact]
    public async Task A_killed_replica_is_seen_and_seen_again_and_others_are_drained_undrained_removed_and_added()
    {
        await using var first = await Given.Worker();
        var second = await Given.Worker();
        await using var gateway = await Given.Gateway(Given.Options with { FailuresToDown = 1 }, first.Address, second.Address);
        await using var live = await LivePage.OpenAsync(gateway);
        var page = live.Page;
        await live.ShowsAsync("[data-replica='1'] .state", Takes);

        await second.DisposeAsync();
        await live.ShowsAsync("[data-replica='1'] .state", "down");
        await using var restored = await WorkerServer.StartAsync(
            new WorkerOptions(new EngineLimits(10_000), new LinearStepTime(100, 0, 0, 0)) { Port = second.Address.Port });
        await live.ShowsAsync("[data-replica='1'] .state", Takes);

        var drain = page.Locator("[data-replica='0'] button").First;
        await drain.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("Sure?", await drain.InnerTextAsync());
        Assert.False(gateway.Pool.Read(all => all[0].IsDraining));
        await page.Keyboard.PressAsync("Enter");
        await live.ShowsAsync("[data-replica='0'] .state", "draining");
        Assert.True(gateway.Pool.Read(all => all[0].IsDraining));

        var undrain = page.Locator("[data-replica='0'] button", new PageLocatorOptions { HasText = "Undrain" });
        await undrain.ClickAsync();
        await page.Locator("[data-replica='0'] button").Nth(1).ClickAsync();
        await live.ShowsAsync("[data-replica='0'] .state", Takes);
        Assert.False(gateway.Pool.Read(all => all[0].IsDraining));

        await page.Locator("[data-replica='0'] button").Nth(2).ClickAsync();
        await page.Locator("[data-replica='0'] button").Nth(2).ClickAsync();
        await page.WaitForSelectorAsync("[data-replica='0']", new PageWaitForSelectorOptions { State = WaitForSelectorState.Detached });

        await page.FillAsync("#fleet form input", first.Address.AbsoluteUri);
        await page.Keyboard.PressAsync("Enter");
        await live.ShowsAsync("[data-replica='2'] .state", Takes);
        Assert.Empty(live.Complaints);
    }

    [BrowserFact]
    public async Task A_request_opens_its_explanation_by_key_and_names_that_clients_choose_stay_text()
    {
        const string hostile = "<img src=x onerror=alert(1)>";
        await using var upstream = await Given.Upstream(context => context.Response.WriteAsync("{}"));
        await using var gateway = await GatewayServer.StartAsync(Given.Options with { Replicas = [new(upstream.Address) { Models = ["<script>alert(2)</script>", "halffull-emulated"] }] });
        await Eventually.True(() => gateway.Pool.Read(all => all[0].State == Routing.ReplicaState.Ready), "the replica is ready");
        await using var live = await LivePage.OpenAsync(gateway);
        var page = live.Page;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway.Address, "/v1/chat/completions")) { Content = new StringContent(Given.Chat) };
        request.Headers.Add(RoutingFields.Tenant, hostile);
        using var answer = await Given.Client.SendAsync(request);
        var id = answer.Headers.GetValues("x-halffull-request-id").Single();

        await live.ShowsAsync($"#decisions [data-request='{id}']", hostile);
        await live.ShowsAsync("[data-replica='0'] .models", "<script>alert(2)</script>");
        await page.Locator($"#decisions [data-request='{id}'] button").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await live.ShowsAsync("#explanation h2", $"Request {id}");
        await live.ShowsAsync("#explanation dl", hostile);
        await live.ShowsAsync("#explanation tbody tr", "✓ 127.0.0.1");
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Shots, "dashboard-explanation.png") });
        await page.Keyboard.PressAsync("Escape");
        Assert.False(await page.EvaluateAsync<bool>("document.getElementById('explanation').open"));
        Assert.Equal(0, await page.Locator("main img").CountAsync());
        Assert.Empty(live.Complaints);
    }

    [BrowserFact]
    public async Task The_page_goes_on_when_the_gateway_comes_back()
    {
        await using var worker = await Given.Worker();
        var gateway = await Given.Gateway(options: null, worker.Address);
        await AnswerAsync(gateway, Given.Chat);
        await using var live = await LivePage.OpenAsync(gateway);
        await live.Page.WaitForSelectorAsync("#decisions tbody tr");

        live.IsGatewayGone = true;
        using (var noGrace = new CancellationTokenSource())
        {
            var stopped = gateway.StopAsync(noGrace.Token);
            await live.StatusIsAsync("lost");
            await stopped;
        }

        var port = gateway.Address.Port;
        await gateway.DisposeAsync();
        await using var again = await Given.Gateway(Given.Options with { Port = port }, worker.Address);
        await live.StatusIsAsync("live");
        live.IsGatewayGone = false;
        await live.Page.WaitForSelectorAsync("#decisions tbody tr", new PageWaitForSelectorOptions { State = WaitForSelectorState.Detached });
        await AnswerAsync(again, Given.Chat);
        await live.Page.WaitForSelectorAsync("#decisions tbody tr");
        Assert.True(await live.Page.Locator("#notice").IsHiddenAsync());
        Assert.Empty(live.Complaints);
    }

    [BrowserFact]
    public async Task Where_keys_are_needed_the_page_asks_for_one_and_keeps_it_in_the_tab_only()
    {
        var key = KeyHash.CreateKey();
        await using var worker = await Given.Worker();
        await using var gateway = await Given.Gateway(Given.Options with { Keys = [new ApiKey("boss", KeyHash.Of(key)) { IsAdmin = true }] }, worker.Address);
        await using var live = await LivePage.OpenAsync(gateway);
        var page = live.Page;

        await live.StatusIsAsync("locked");
        await page.FillAsync("#key-text", "hf-wrong");
        await page.Keyboard.PressAsync("Enter");
        await live.ShowsAsync("#notice", "The API key is wrong.");
        await page.FillAsync("#key-text", key);
        await page.Keyboard.PressAsync("Enter");
        await live.StatusIsAsync("live");
        await page.WaitForSelectorAsync("[data-replica='0']");
        Assert.True(await page.Locator("#key").IsHiddenAsync());
        Assert.Equal(0, await page.EvaluateAsync<int>("localStorage.length + document.cookie.length"));
        Assert.DoesNotContain(live.Complaints, complaint => !complaint.Contains("401", StringComparison.Ordinal));
        Assert.DoesNotContain(key, await page.ContentAsync(), StringComparison.Ordinal);
    }

    /// <summary>A request of 2,000 prompt tokens that shares none with others.</summary>
    private static string Long(int number) =>
        $"{{\"model\":\"halffull-emulated\",\"stream\":true,\"max_tokens\":50,\"messages\":[{{\"role\":\"user\",\"content\":\"{number} {new string('x', 8000)}\"}}]}}";

    /// <summary>A replica that computes 2,000 prompt tokens in a second, so that others wait.</summary>
    private static Task<WorkerServer> SlowWorker() =>
        WorkerServer.StartAsync(new WorkerOptions(new EngineLimits(600), new LinearStepTime(5000, 500, 0, 0)));

    /// <summary>Sends a request and reads its answer to the end, or leaves.</summary>
    private static async Task AnswerAsync(GatewayServer gateway, string body, CancellationToken cancellation = default)
    {
        try
        {
            using var answer = await Given.Post(gateway, "/v1/chat/completions", body, cancellation);
            _ = await answer.Content.ReadAsStringAsync(cancellation);
        }
        catch (Exception error) when (cancellation.IsCancellationRequested && error is OperationCanceledException or HttpRequestException or IOException)
        {
            // It left.
        }
    }
}
