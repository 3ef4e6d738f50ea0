using System.Text.Json;
using System.Text.RegularExpressions;

namespace HalfFull.EndToEnd.Tests;

public sealed class CompareTests : IDisposable
{
    private readonly Workspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void By_default_today_s_practice_is_compared_with_LARRY_and_SAL()
    {
        var comparison = workspace.Run("compare --limit 2000 --json run.json");

        Assert.Equal((0, string.Empty), (comparison.ExitCode, comparison.Error));
        Assert.Contains("(simulated)", comparison.Output, StringComparison.Ordinal);
        Assert.Contains("load 0.90", comparison.Output, StringComparison.Ordinal);
        Assert.Matches(@"vllm +round-robin .*the first", comparison.Output);
        Assert.Matches(@"larry +sal .*% \(-?[\d.]+ to -?[\d.]+\)", comparison.Output);
        using var document = JsonDocument.Parse(workspace.Read("run.json"));
        Assert.Equal(
            "vllm round-robin, vllm sal, larry round-robin, larry sal",
            string.Join(", ", document.RootElement.GetProperty("runs").EnumerateArray().Select(run => $"{run.GetProperty("engine")} {run.GetProperty("router")}")));
    }

    [Fact]
    public void The_same_policy_twice_is_within_noise_of_itself()
    {
        var comparison = workspace.Run("compare --limit 500 --engine vllm --engine vllm:watermark=0 --router sal");

        Assert.Contains("within noise (0.0 to 0.0)", comparison.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_requests_are_said_to_be_too_few() =>
        Assert.Contains("too few requests to tell", workspace.Run("compare --limit 10").Output, StringComparison.Ordinal);

    [Fact]
    public void A_range_of_fleets_is_compared_on_the_same_traffic()
    {
        var comparison = workspace.Run("compare --limit 500 --engine vllm --router sal --replicas 2..4 --rate 20 --json run.json");

        Assert.Contains("a100:3", comparison.Output, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(workspace.Read("run.json"));
        var runs = document.RootElement.GetProperty("runs").EnumerateArray().ToArray();
        Assert.Equal([2, 3, 4], runs.Select(run => run.GetProperty("replicas").GetInt32()));
        Assert.Single(runs.Select(run => run.GetProperty("rateScale").GetDouble()).Distinct());
    }

    [Fact]
    public void Several_seeds_are_run_and_averaged()
    {
        var comparison = workspace.Run("compare --limit 200 --seeds 3 --seed 5 --engine vllm --json run.json");

        Assert.Contains("mean of seeds 5 to 7", comparison.Output, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(workspace.Read("run.json"));
        Assert.Equal([5, 6, 7, 5, 6, 7], document.RootElement.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("seed").GetInt32()));
    }

    [Fact]
    public void A_run_of_a_comparison_can_be_repeated_alone()
    {
        workspace.Run("compare --limit 400 --load 0.8 --json all.json");
        workspace.Run("simulate --limit 400 --load 0.8 --engine larry --router sal --json one.json");

        using var all = JsonDocument.Parse(workspace.Read("all.json"));
        using var one = JsonDocument.Parse(workspace.Read("one.json"));
        Assert.Equal(
            all.RootElement.GetProperty("runs")[3].GetProperty("decisionHash").GetString(),
            one.RootElement.GetProperty("runs")[0].GetProperty("decisionHash").GetString());
    }

    [Fact]
    public void More_requests_meeting_the_SLO_rank_first()
    {
        var comparison = workspace.Run("compare --limit 2000 --slo ttft=500ms --rank-by goodput");

        var goodputs = Regex.Matches(comparison.Output, @"(?<goodput>[\d.]+)/s +(?:the first|within|[-+])", RegexOptions.NonBacktracking)
            .Select(match => double.Parse(match.Groups["goodput"].Value, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(4, goodputs.Length);
        Assert.Equal(goodputs.OrderDescending(), goodputs);
    }

    [Fact]
    public void The_same_command_gives_the_same_bytes()
    {
        var first = workspace.Run("compare --limit 500 --seeds 2 --json run.json");
        var document = WithoutWallClock("run.json");
        var second = workspace.Run("compare --limit 500 --seeds 2 --json run.json");

        Assert.Equal(first.Output, second.Output);
        Assert.Equal(document, WithoutWallClock("run.json"));
        Assert.Equal(2 * 8, workspace.Read("run.json").Split('\n').Length - document.Split('\n').Length);
    }

    private string WithoutWallClock(string file) => string.Join('\n', workspace.Read(file).Split('\n')
        .Where(line => !Regex.IsMatch(line, "\"(?:wallSeconds|simulatedRequestsPerSecond)\":", RegexOptions.NonBacktracking)));
}
