using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Dashboard;

/// <summary>The live page: one file that needs nothing but the gateway that sends it, and holds nothing that is secret.</summary>
internal static class DashboardPage
{
    private static readonly WebParts Parts = new(typeof(DashboardPage).Assembly);

    private static readonly string[] Modules =
    [
        "format.js", "dom.js", "theme.js", "palette.js", "chart.js", "call.js", "stream.js", "replicas.js", "waiting.js", "latency.js", "explanation.js", "decisions.js", "dashboard.js",
    ];

    private static readonly Lazy<(byte[] Page, string Policy)> Made = new(Make);

    /// <summary>Sends the page.</summary>
    public static async Task SendAsync(HttpContext context)
    {
        var (page, policy) = Made.Value;
        var headers = context.Response.Headers;
        headers.ContentType = "text/html; charset=utf-8";
        headers.CacheControl = "no-cache";
        headers.ContentSecurityPolicy = policy;
        headers.XContentTypeOptions = "nosniff";
        headers["referrer-policy"] = "no-referrer";
        headers.ContentLength = page.Length;
        await context.Response.Body.WriteAsync(page, context.RequestAborted);
    }

    private static (byte[] Page, string Policy) Make()
    {
        var charts = Parts.Text("uPlot.iife.min.js");
        var module = "\n" + Parts.Module(Modules);
        var page = new StringBuilder();
        foreach (var line in Parts.Text("dashboard.html").TrimEnd('\n').Split('\n'))
        {
            page.Append(line.Trim() switch
            {
                "<!-- styles -->" => $"<style>\n{Parts.Text("uPlot.min.css")}\n{Parts.Text("page.css")}{Parts.Text("dashboard.css")}</style>",
                "<!-- scripts -->" => $"<script>{charts}</script>\n<script type=\"module\">{module}</script>",
                _ => line,
            }).Append('\n');
        }

        // Only these two scripts run, and they may speak to this gateway only.
        var policy = $"default-src 'none'; script-src {Hash(charts)} {Hash(module)}; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        return (Encoding.UTF8.GetBytes(page.ToString()), policy);
    }

    private static string Hash(string script) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'";
}
