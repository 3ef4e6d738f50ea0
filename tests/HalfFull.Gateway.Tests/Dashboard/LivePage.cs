using System.Text.RegularExpressions;
using HalfFull.Report.Tests;
using Microsoft.Playwright;

namespace HalfFull.Gateway.Tests.Dashboard;

/// <summary>The dashboard of a gateway in a browser of its own; remembers what it complained about and whom it spoke to.</summary>
internal sealed class LivePage : IAsyncDisposable
{
    private readonly IPlaywright playwright;
    private readonly IBrowser browser;
    private readonly List<string> complaints = [];

    private LivePage(IPlaywright playwright, IBrowser browser, IPage page, Uri gateway)
    {
        this.playwright = playwright;
        this.browser = browser;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning" && !(IsGatewayGone && message.Text.StartsWith("Failed to load resource: net::ERR_", StringComparison.Ordinal)))
            {
                complaints.Add($"{message.Type}: {message.Text}");
            }
        };
        page.PageError += (_, error) => complaints.Add($"exception: {error}");
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(gateway.AbsoluteUri, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                complaints.Add($"fetched {request.Url}");
            }
        };
        page.Dialog += (_, dialog) => complaints.Add($"dialog: {dialog.Message}");
    }

    public IPage Page { get; }

    /// <summary>Whether the gateway is not there, which a browser always complains about.</summary>
    public bool IsGatewayGone { get; set; }

    public IReadOnlyList<string> Complaints => complaints;

    public static async Task<LivePage> OpenAsync(GatewayServer gateway, int width = 1280, ColorScheme theme = ColorScheme.Light)
    {
        var driver = await Playwright.CreateAsync();
        var chromium = await driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium.Path, Args = ["--no-sandbox"] });
        var context = await chromium.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = theme,
            ReducedMotion = ReducedMotion.Reduce,
        });
        var live = new LivePage(driver, chromium, await context.NewPageAsync(), gateway.Address);
        live.Page.SetDefaultTimeout(20_000);
        await live.Page.GotoAsync(gateway.Address.AbsoluteUri);
        return live;
    }

    /// <summary>Waits until the page says how its connection is.</summary>
    public Task StatusIsAsync(string status) => Page.WaitForSelectorAsync($"#status[data-status={status}]");

    /// <summary>Waits for a text in a place.</summary>
    public Task ShowsAsync(string selector, string text) => Page.Locator(selector).Filter(new LocatorFilterOptions { HasText = text }).First.WaitForAsync();

    /// <summary>Waits for a text of a form in a place.</summary>
    public Task ShowsAsync(string selector, Regex form) => Page.Locator(selector).Filter(new LocatorFilterOptions { HasTextRegex = form }).First.WaitForAsync();

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}
