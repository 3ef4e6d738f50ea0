using System.Text.Json;
using System.Text.RegularExpressions;

namespace HalfFull.EndToEnd.Tests;

public sealed class ReportTests : IDisposable
{
    private readonly Workspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void Compare_writes_a_page_with_its_answer_and_the_same_bytes_again()
    {
        const string Command = "compare --limit 400 --seeds 2 --slo ttft=2s --html report.html";
        var first = workspace.Run(Command);
        var page = workspace.Read("report.html");
        _ = workspace.Run(Command);

        Assert.Equal(0, first.ExitCode);
        Assert.Equal(page, workspace.Read("report.html"));
        using var data = Data("report.html");
        var point = data.RootElement.GetProperty("points")[0];
        Assert.Contains(point.GetProperty("answer").GetString()!, first.Output, StringComparison.Ordinal);
        Assert.Equal(4, point.GetProperty("rows").GetArrayLength());
        Assert.Equal($"halffull {Command}", data.RootElement.GetProperty("command").GetString());
        Assert.All(point.GetProperty("rows").EnumerateArray(), row => Assert.True(row.GetProperty("timeline").GetProperty("rows").GetArrayLength() > 20));
    }

    [Fact]
    public void A_page_does_not_change_the_figures()
    {
        _ = workspace.Run("compare --limit 400 --seeds 1 --json plain.json");
        _ = workspace.Run("compare --limit 400 --seeds 1 --json paged.json --html report.html");

        Assert.Equal(Hashes("plain.json"), Hashes("paged.json"));
    }

    [Fact]
    public void Several_rates_are_compared_one_after_another()
    {
        var run = workspace.Run("compare --limit 200 --seeds 1 --load 0.5..0.8 --engine vllm --router sal --router p2c --json run.json --html report.html");

        Assert.Equal(4, run.Output.Split(" traffic ").Length - 1);
        using var data = Data("report.html");
        Assert.Equal([0.5, 0.6, 0.7, 0.8], data.RootElement.GetProperty("points").EnumerateArray().Select(point => point.GetProperty("load").GetDouble()));
        using var document = JsonDocument.Parse(workspace.Read("run.json"));
        Assert.Equal(8, document.RootElement.GetProperty("runs").GetArrayLength());

        Assert.Equal(0, workspace.Run("report run.json").ExitCode);
        using var again = Data("report.html");
        Assert.Equal([2, 2, 2, 2], again.RootElement.GetProperty("points").EnumerateArray().Select(point => point.GetProperty("rows").GetArrayLength()));
    }

    [Fact]
    public void Simulate_writes_a_page_and_a_trace_for_Perfetto()
    {
        var run = workspace.Run("simulate --limit 300 --load 0.9 --html report.html --perfetto trace.json --json run.json");

        Assert.Equal(0, run.ExitCode);
        using var data = Data("report.html");
        Assert.Equal("How would vllm + round-robin serve chat?", data.RootElement.GetProperty("question").GetString());
        using var document = JsonDocument.Parse(workspace.Read("run.json"));
        using var trace = JsonDocument.Parse(workspace.Read("trace.json"));
        Assert.Equal(
            document.RootElement.GetProperty("runs")[0].GetProperty("steps").GetInt64(),
            trace.RootElement.GetProperty("traceEvents").EnumerateArray().LongCount(one => one.GetProperty("ph").GetString() == "X" && one.GetProperty("args").TryGetProperty("prefillTokens", out _)));
        Assert.StartsWith("halffull simulate", trace.RootElement.GetProperty("otherData").GetProperty("command").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Documents_of_two_runs_on_the_same_traffic_are_compared()
    {
        _ = workspace.Run("simulate --limit 300 --rate 20 --engine vllm --json a.json");
        _ = workspace.Run("simulate --limit 300 --rate 20 --engine larry --json b.json");
        var report = workspace.Run("report a.json b.json --html both.html");

        Assert.Equal(0, report.ExitCode);
        using var data = Data("both.html");
        var rows = Assert.Single(data.RootElement.GetProperty("points").EnumerateArray()).GetProperty("rows");
        Assert.Equal(["vllm + round-robin", "larry + round-robin"], rows.EnumerateArray().Select(row => row.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("{", "x.json, line 1 is no document of schema 'halffull.run/1' or 'halffull.bench/1'")]
    [InlineData("[]", "x.json is no document of HalfFull")]
    [InlineData("""{"schema":"halffull.bench/9"}""", "x.json is a document of schema 'halffull.bench/9'; give one of schema 'halffull.run/1'")]
    [InlineData("""{"schema":"halffull.bench/1"}""", "x.json is no document of schema 'halffull.run/1' or 'halffull.bench/1'")]
    [InlineData("""{"schema":"halffull.bench/1","command":"","version":"","seed":1,"trace":{"name":"","sha256":"","requests":0},"runs":[]}""", "x.json holds no run")]
    [InlineData("""{"schema":"halffull.run/1"}""", "x.json, line 1 is no document of schema 'halffull.run/1' or 'halffull.bench/1'")]
    [InlineData("""{"schema":"halffull.run/1","command":"","version":"","seed":1,"trace":{"name":"","sha256":"","requests":0},"runs":[]}""", "x.json holds no run")]
    [InlineData("""{"schema":"halffull.run/1","command":"","version":"","seed":1,"trace":null,"runs":null}""", "x.json, line 1 is no document of schema 'halffull.run/1' or 'halffull.bench/1'")]
    public void A_file_that_is_no_document_is_named(string content, string sentence)
    {
        File.WriteAllText(workspace.File("x.json"), content);
        var run = workspace.Run("report x.json");

        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Equal(["x.json"], workspace.Names());
    }

    private JsonDocument Data(string page) => JsonDocument.Parse(
        Regex.Match(workspace.Read(page), "<script type=\"application/json\" id=\"data\">(?<json>.*)</script>", RegexOptions.NonBacktracking).Groups["json"].Value);

    private string[] Hashes(string file)
    {
        using var document = JsonDocument.Parse(workspace.Read(file));
        return [.. document.RootElement.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("decisionHash").GetString()!)];
    }
}
