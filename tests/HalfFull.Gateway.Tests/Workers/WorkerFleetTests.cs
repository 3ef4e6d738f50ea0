using System.Diagnostics;
using HalfFull.Gateway.Workers;
using HalfFull.Routing;

namespace HalfFull.Gateway.Tests.Workers;

/// <summary>Real worker processes of the real program.</summary>
public sealed class WorkerFleetTests
{
    private static readonly string ProgramPath = Path.Combine(AppContext.BaseDirectory, "HalfFull.Cli.dll");

    private const string Body = "{\"model\":\"halffull-emulated\",\"stream\":true,\"max_tokens\":40,\"messages\":[{\"role\":\"user\",\"content\":\"Is the GPU half empty?\"}]}";

    [Fact]
    public async Task A_worker_killed_under_load_comes_back_and_leaves_nothing_in_the_ledger()
    {
        await using var gateway = await Given.Gateway(options: null);
        await using var fleet = await WorkerFleet.StartAsync(
            gateway, 2, "dotnet", [ProgramPath, "worker", "--port", "0", "--until-stdin-closes"], CancellationToken.None);
        await Eventually.True(() => Ready(gateway) == 2, "both workers are ready");

        var killed = fleet.ProcessIds[0];
        var outcomes = new List<string>();
        var load = Enumerable.Range(0, 12).Select(_ => LoadAsync(gateway, outcomes)).ToArray();
        await Eventually.True(() => gateway.Pool.Read(all => all[0].Account.Requests) > 0, "the worker has work");
        using (var process = Process.GetProcessById(killed))
        {
            process.Kill();
        }

        await Task.WhenAll(load);
        Assert.All(outcomes, outcome => Assert.True(outcome is "done" or "cut", outcome));
        Assert.True(outcomes.Exists(outcome => outcome is "done"));
        await Eventually.True(() => Ready(gateway) == 2, "the killed worker is back");
        Assert.DoesNotContain(killed, fleet.ProcessIds);
        Assert.True(gateway.Pool.Read(all => all[0].Account.Epoch) > 1);
        await Given.LedgerIsZero(gateway);
    }

    /// <summary>Forty prompts of 3,000 tokens, no two alike, are five seconds of work, so that most of them wait while a worker goes and comes back.</summary>
    [Fact]
    public async Task A_worker_killed_while_the_queue_is_long_costs_those_that_wait_nothing()
    {
        await using var gateway = await Given.Gateway(options: null);
        await using var fleet = await WorkerFleet.StartAsync(
            gateway, 2, "dotnet", [ProgramPath, "worker", "--port", "0", "--until-stdin-closes"], CancellationToken.None);
        await Eventually.True(() => Ready(gateway) == 2, "both workers are ready");

        var ids = string.Join(',', Enumerable.Repeat(7, 2999));
        var outcomes = new List<string>();
        var load = Enumerable.Range(0, 40).Select(i => CallAsync(
            gateway, "/v1/completions", $"{{\"model\":\"halffull-emulated\",\"stream\":true,\"max_tokens\":3,\"prompt\":[{100 + i},{ids}]}}", outcomes)).ToArray();
        await Eventually.True(() => gateway.Pool.Waiting > 25 && gateway.Pool.Read(all => all[0].Account.Requests) > 0, "many wait and the worker has work");
        using (var process = Process.GetProcessById(fleet.ProcessIds[0]))
        {
            process.Kill();
        }

        await Task.WhenAll(load);
        Assert.Equal(40, outcomes.Count);
        Assert.All(outcomes, outcome => Assert.True(outcome is "done" or "cut", outcome));
        Assert.InRange(outcomes.Count(outcome => outcome is "cut"), 0, 3);
        Assert.Equal(0, gateway.Pool.Waiting);
        await Given.LedgerIsZero(gateway);
    }

    [Fact]
    public async Task A_worker_ends_when_its_parent_closes_its_input()
    {
        var worker = await WorkerProcess.StartAsync("dotnet", [ProgramPath, "worker", "--port", "0", "--until-stdin-closes"], CancellationToken.None);
        using var process = Process.GetProcessById(worker.ProcessId);
        Assert.Equal("OK", (await Given.Client.GetAsync(new Uri(worker.Address, "health"))).StatusCode.ToString());
        await worker.DisposeAsync();
        Assert.True(process.HasExited);
    }

    [Fact]
    public async Task A_worker_that_cannot_start_says_so()
    {
        await Assert.ThrowsAsync<IOException>(() => WorkerProcess.StartAsync("no-such-program", [], CancellationToken.None));
        await Assert.ThrowsAsync<IOException>(() => WorkerProcess.StartAsync("dotnet", [ProgramPath, "worker", "--gpu", "none"], CancellationToken.None));
    }

    private static int Ready(GatewayServer gateway) => gateway.Pool.Read(all => all.Count(replica => replica.State == ReplicaState.Ready));

    private static async Task LoadAsync(GatewayServer gateway, List<string> outcomes)
    {
        for (var i = 0; i < 8; i++)
        {
            await CallAsync(gateway, "/v1/chat/completions", Body, outcomes);
        }
    }

    private static async Task CallAsync(GatewayServer gateway, string path, string body, List<string> outcomes)
    {
        using var answer = await Given.Post(gateway, path, body);
        var text = await answer.Content.ReadAsStringAsync();
        var outcome = text.EndsWith("data: [DONE]\n\n", StringComparison.Ordinal) ? "done"
            : text.Contains("\"type\":\"upstream_error\"", StringComparison.Ordinal) ? "cut"
            : $"{(int)answer.StatusCode}: {text}";
        lock (outcomes)
        {
            outcomes.Add(outcome);
        }
    }
}
