using System.Diagnostics;
using System.Net;
using System.Text;

namespace HalfFull.EndToEnd.Tests;

/// <summary>A log as an operator makes and reads it: <c>serve --log</c>, <c>verify</c>, <c>explain</c>, <c>trace</c>, <c>compare</c>.</summary>
public sealed class DecisionLogTests : IDisposable
{
    private readonly Workspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public async Task A_log_of_emulated_replicas_verifies_explains_and_is_played_again()
    {
        await Serve(interruption: "-INT");
        var verified = workspace.Run("verify log");
        Assert.Equal(string.Empty, verified.Error);
        Assert.Contains("Every decision came out the same again.", verified.Output, StringComparison.Ordinal);
        Assert.Contains("sal with queue ", verified.Output, StringComparison.Ordinal);
        Assert.Equal(0, verified.ExitCode);

        var explained = workspace.Run("explain 3 --log log");
        Assert.Contains("prefill", explained.Output, StringComparison.Ordinal);
        Assert.Contains("completed with status 200", explained.Output, StringComparison.Ordinal);
        Assert.Equal(0, explained.ExitCode);
        Assert.Contains("log holds no request 999.", workspace.Run("explain 999 --log log").Error, StringComparison.Ordinal);

        var info = workspace.Run("trace info log");
        Assert.Contains("log (decision log)", info.Output, StringComparison.Ordinal);
        Assert.Contains("20 in ", info.Output, StringComparison.Ordinal);
        var compared = workspace.Run("compare --trace log --replicas 2 --engine vllm --engine larry --json compared.json");
        Assert.Equal((string.Empty, 0), (compared.Error, compared.ExitCode));
        Assert.Contains("\"requests\": 20", workspace.Read("compared.json"), StringComparison.Ordinal);
        Assert.Equal(0, workspace.Run("trace convert log out.jsonl").ExitCode);
        Assert.Equal(20, workspace.Read("out.jsonl").Count(c => c == '\n'));
        Assert.DoesNotContain("half empty", Encoding.Latin1.GetString(File.ReadAllBytes(workspace.File("log/decisions-00000001.hflog"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_gateway_leaves_a_log_that_verifies_and_damage_does_not()
    {
        await Serve(interruption: "-KILL");
        var verified = workspace.Run("verify log");
        Assert.Contains("did not end in order", verified.Output, StringComparison.Ordinal);
        Assert.Equal(0, verified.ExitCode);

        var path = workspace.File("log/decisions-00000001.hflog");
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        verified = workspace.Run("verify log");
        Assert.Contains("log/decisions-00000001.hflog, offset ", verified.Output, StringComparison.Ordinal);
        Assert.Contains("The log does not verify.", verified.Output, StringComparison.Ordinal);
        Assert.Equal(1, verified.ExitCode);
    }

    /// <summary>Serves twenty requests with a log, and ends as told.</summary>
    private async Task Serve(string interruption)
    {
        using var process = workspace.Start("serve", "--replicas", "2", "--port", "0", "--log", "log");
        var error = process.StandardError.ReadToEndAsync();
        var greeting = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1));
        var address = greeting![greeting!.IndexOf("http://", StringComparison.Ordinal)..].Trim();
        var rest = process.StandardOutput.ReadToEndAsync();
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        for (var i = 0; i < 20; i++)
        {
            using var body = new StringContent(
                "{\"model\":\"halffull-emulated\",\"stream\":true,\"max_tokens\":4,\"messages\":[{\"role\":\"user\",\"content\":\"Is the GPU half empty?\"}]}", Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync(new Uri($"{address}/v1/chat/completions"), body);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        // The last answer's end reaches the log within a moment: the next request's beginning is written with it.
        if (interruption is "-KILL")
        {
            await WrittenAsync();
        }

        using (var kill = Process.Start("kill", [interruption, process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        await Task.WhenAll(error, rest);
    }

    private async Task WrittenAsync()
    {
        var clock = Stopwatch.StartNew();
        while (new FileInfo(workspace.File("log/decisions-00000001.hflog")) is not { Exists: true, Length: > 1000 })
        {
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1));
            await Task.Delay(20);
        }
    }
}
