using System.Text;
using System.Text.Json;
using HalfFull.Report.Data;

namespace HalfFull.Report;

/// <summary>Writes a report as one HTML file that needs nothing else: it opens from disk, without a network.</summary>
public static class ReportPage
{
    private static readonly WebParts Parts = new(typeof(ReportPage).Assembly);

    private static readonly string[] Modules =
    [
        "format.js", "dom.js", "theme.js", "palette.js", "chart.js",
        "names.js", "summary.js", "distributions.js", "sweep.js", "goodput.js", "fleet.js", "story.js", "timeline.js", "classes.js", "worst.js", "provenance.js", "main.js",
    ];

    /// <summary>Writes the page, UTF-8.</summary>
    public static void Write(Stream stream, ReportData data)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(data);
        using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\n" };
        foreach (var line in Parts.Text("report.html").TrimEnd('\n').Split('\n'))
        {
            writer.WriteLine(line.Trim() switch
            {
                "<!-- styles -->" => $"<style>\n{Parts.Text("uPlot.min.css")}\n{Parts.Text("page.css")}{Parts.Text("report.css")}</style>",
                "<!-- data -->" => $"<script type=\"application/json\" id=\"data\">{JsonSerializer.Serialize(data, ReportJson.Default.ReportData)}</script>",
                "<!-- scripts -->" => $"<script>{Parts.Text("uPlot.iife.min.js")}</script>\n<script type=\"module\">\n{Parts.Module(Modules)}</script>",
                _ => line,
            });
        }
    }
}
