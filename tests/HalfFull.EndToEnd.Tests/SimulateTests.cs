using System.Text.Json;

namespace HalfFull.EndToEnd.Tests;

public sealed class SimulateTests : IDisposable
{
    private const string Small = "simulate --limit 300 --load 0.9 --engine larry --router sal";
    private readonly Workspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void Quotes_why_requests_that_fit_nowhere_are_refused()
    {
        var run = workspace.Run("simulate --limit 100 --kv-blocks 10");

        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"refused +Request \d+ has \d+ prompt tokens, more than the 160 tokens of the KV cache\.", run.Output);
    }

    [Fact]
    public void A_run_shows_what_was_run_and_what_its_users_saw()
    {
        var run = workspace.Run($"{Small} --slo ttft=2s,tpot=100ms");

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        foreach (var expected in (string[])
            [
                "chat: 300 requests", "load 0.90 of a capacity of", "4 × a100, llama-3-8b (simulated)", "engine larry, router sal",
                "time to first token (TTFT)", "300 completed, 0 rejected, 0 failed", "ttft=2s,tpot=100ms met by", "fitted step times, overhead async_assumed",
                "26,674 KV blocks of 16 tokens", "sha256 ", "seed 1, decision hash ",
            ])
        {
            Assert.Contains(expected, run.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_fleet_with_roles_shows_both_decisions_and_what_moved()
    {
        const string Split = "simulate --trace code --limit 300 --load 0.9 --replicas prefill:a100:1,decode:a100:2 --router sal --decode-router least-requests --decode-engine larry --kv-bandwidth 10GB/s";
        var run = workspace.Run($"{Split} --json run.json --records run.csv --html run.html --perfetto run.trace.json");

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        foreach (var expected in (string[])["1 × a100 prefill + 2 × a100 decode", "engine larry, router least-requests, 512 tokens kept free", "tokens at 10GB/s: waited", "300 completed"])
        {
            Assert.Contains(expected, run.Output, StringComparison.Ordinal);
        }

        using var document = JsonDocument.Parse(workspace.Read("run.json"));
        var entry = document.RootElement.GetProperty("runs")[0];
        Assert.Equal("prefill:a100:1,decode:a100:2", entry.GetProperty("fleet").GetString());
        Assert.Equal(("larry", "least-requests", 512), (entry.GetProperty("decodeEngine").GetString(), entry.GetProperty("decodeRouter").GetString(), entry.GetProperty("decodeHeadroomTokens").GetInt32()));
        Assert.Equal((1e10, 0.001), (entry.GetProperty("kvBytesPerSecond").GetDouble(), entry.GetProperty("kvLatencySeconds").GetDouble()));
        var moved = entry.GetProperty("handovers");
        Assert.InRange(moved.GetProperty("count").GetInt64(), 1, 300);
        Assert.True(moved.GetProperty("copySeconds").GetProperty("p50").GetDouble() > 0.001);
        var rows = workspace.Read("run.csv").TrimEnd().Split('\n').Select(static line => line.Split(',')).ToArray();
        Assert.Equal(["prefill_replica", "handover_s"], rows[0][^2..]);
        Assert.All(rows[1..].Where(static row => row[8] != "0"), static row => Assert.Equal("0", row[^2]));
        Assert.Contains("decode:a100:2", workspace.Read("run.html"), StringComparison.Ordinal);
        Assert.Contains("replica 1 (a100 decode)", workspace.Read("run.trace.json"), StringComparison.Ordinal);
    }

    [Fact]
    public void Redirected_output_has_no_colour_and_stays_within_120_columns()
    {
        var output = workspace.Run(Small).Output;

        Assert.DoesNotContain('\u001b', output);
        Assert.All(output.Split('\n'), line => Assert.True(line.Length <= 120 && !line.EndsWith(' '), line));
    }

    [Fact]
    public void The_document_has_every_field_of_the_schema()
    {
        Assert.Equal(0, workspace.Run($"{Small} --json run.json").ExitCode);

        using var document = JsonDocument.Parse(workspace.Read("run.json"));
        var root = document.RootElement;
        Assert.Equal("halffull.run/1", root.GetProperty("schema").GetString());
        Assert.Equal($"halffull {Small} --json run.json", root.GetProperty("command").GetString());
        Assert.Equal(1, root.GetProperty("seed").GetInt32());
        Assert.Equal(300, root.GetProperty("trace").GetProperty("requests").GetInt32());
        Assert.Equal(64, root.GetProperty("trace").GetProperty("sha256").GetString()!.Length);
        var run = Assert.Single(root.GetProperty("runs").EnumerateArray());
        Assert.Equal("a100:4", run.GetProperty("fleet").GetString());
        Assert.Equal(0.9, run.GetProperty("load").GetDouble(), 6);
        Assert.Equal(run.GetProperty("requests").GetInt64(), run.GetProperty("completed").GetInt64());
        foreach (var name in (string[])
            [
                "engine", "router", "replicas", "gpu", "model", "tp", "rateScale", "capacityRequestsPerSecond", "seed", "rejected", "failed", "preemptions",
                "recomputedTokens", "makespanSeconds", "requestsPerSecond", "outputTokensPerSecond", "sloAttainment", "goodputRequestsPerSecond",
                "kvUsageMean", "imbalance", "steps", "wallSeconds", "simulatedRequestsPerSecond", "decisionHash", "predict", "overhead", "kvBlocks",
            ])
        {
            Assert.True(run.TryGetProperty(name, out _), name);
        }

        foreach (var name in (string[])["ttftSeconds", "tpotSeconds", "itlSeconds", "e2eSeconds", "queueSeconds", "slowdown"])
        {
            Assert.Equal("mean p50 p90 p99 max", string.Join(' ', run.GetProperty(name).EnumerateObject().Select(figure => figure.Name)));
        }
    }

    [Fact]
    public void Records_hold_one_line_for_each_request_in_the_order_of_finishing()
    {
        Assert.Equal(0, workspace.Run($"{Small} --records run.csv").ExitCode);

        var lines = workspace.Read("run.csv").TrimEnd('\n').Split('\n');
        Assert.Equal("id,arrival_s,first_token_s,finish_s,prompt_tokens,cached_tokens,output_tokens,preemptions,replica,tenant,outcome", lines[0]);
        var rows = lines[1..].Select(line => line.Split(',')).ToArray();
        Assert.Equal(300, rows.Select(row => row[0]).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(300, rows.Length);
        var finishes = rows.Select(row => decimal.Parse(row[3], System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(finishes.Order(), finishes);
    }

    [Fact]
    public void Plain_stepping_gives_the_same_decisions_and_records()
    {
        workspace.Run($"{Small} --records fast.csv --json fast.json");
        workspace.Run($"{Small} --records plain.csv --json plain.json --no-fast-forward");

        Assert.Equal(workspace.Read("fast.csv"), workspace.Read("plain.csv"));
        Assert.Equal(DecisionHash("fast.json"), DecisionHash("plain.json"));
    }

    [Fact]
    public void A_fleet_may_mix_GPUs()
    {
        var run = workspace.Run("simulate --limit 100 --rate 5 --replicas a100:1,h100:2");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("1 × a100 + 2 × h100", run.Output, StringComparison.Ordinal);
        Assert.Contains("h100: predicted step times", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_oracle_is_named()
    {
        var run = workspace.Run("simulate --limit 100 --engine srpt --predict oracle");

        Assert.Contains("output lengths told by an oracle", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_own_step_model_replaces_the_catalogue()
    {
        File.WriteAllText(workspace.File("own.json"), """
            {"schema": "halffull.step-model/1", "kind": "linear", "kvCapacityTokens": 100000,
             "baseMicros": 5000, "microsPerPrefillToken": 50, "microsPerDecodeSequence": 20, "microsPerContextToken": 0.01}
            """);

        var run = workspace.Run("simulate --limit 100 --rate 5 --step-model own.json");

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        Assert.Contains("own.json step times, overhead included, 6,250 KV blocks", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--gpu list")]
    [InlineData("--model list")]
    public void Lists_show_GPUs_and_models_with_their_origin_and_capacity(string option)
    {
        var list = workspace.Run($"simulate {option}").Output;

        Assert.Matches(@"a100 +llama-3-8b +fitted +426,784", list);
        Assert.Matches(@"a40 +llama-3-8b +predicted", list);
    }

    private string DecisionHash(string file)
    {
        using var document = JsonDocument.Parse(workspace.Read(file));
        return document.RootElement.GetProperty("runs")[0].GetProperty("decisionHash").GetString()!;
    }
}
