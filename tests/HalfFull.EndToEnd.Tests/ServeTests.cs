using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using HalfFull.Gateway.Access;
using HalfFull.Load.Tests;
using Microsoft.AspNetCore.Http;

namespace HalfFull.EndToEnd.Tests;

public sealed class ServeTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);
    private readonly Workspace workspace = new();
    private readonly HttpClient client = new();

    public void Dispose()
    {
        workspace.Dispose();
        client.Dispose();
    }

    [Fact]
    public void A_key_comes_with_its_hash()
    {
        var lines = workspace.Run("key").Output.Split('\n');
        Assert.StartsWith("key   ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("hash  ", lines[1], StringComparison.Ordinal);
        Assert.True(KeyHash.TryParse(lines[1][6..], out var hash));
        Assert.True(hash.Matches(lines[0][6..]));
    }

    [Fact]
    public void A_configuration_that_is_wrong_is_one_sentence()
    {
        File.WriteAllText(workspace.File("halffull.json"), "{\"router\":\"nobody\"}");
        var wrong = workspace.Run("serve --config halffull.json");
        Assert.Equal((2, 1), (wrong.ExitCode, wrong.Error.Count(c => c == '\n')));
        Assert.StartsWith("halffull: halffull.json: router: There is no policy 'nobody'", wrong.Error, StringComparison.Ordinal);
        var missing = workspace.Run("serve --config nowhere.json");
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("nowhere.json", missing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_is_served_read_again_on_a_signal_and_ended_in_order()
    {
        await using var upstream = await ScriptedServer.StartAsync(context => context.Response.WriteAsync("""{"data":[{"id":"test"}]}"""));
        var key = KeyHash.CreateKey();
        Write(upstream.Url, $"\"keys\":[{{\"name\":\"a\",\"hash\":\"{KeyHash.Of(key)}\"}}],");
        using var process = workspace.Start("serve", "--config", "halffull.json");
        try
        {
            var url = new Uri((await process.StandardOutput.ReadLineAsync().WaitAsync(Deadline))!.Split(" on ")[1] + "/v1/models");
            Assert.Equal(HttpStatusCode.Unauthorized, await Status(url, null));
            Assert.Equal(HttpStatusCode.OK, await Status(url, key));

            Write(upstream.Url, "\"rooter\":1,");
            await Signal(process, "HUP");
            await SaysAsync(process, "rooter is unknown");
            Assert.Equal(HttpStatusCode.OK, await Status(url, key));

            Write(upstream.Url, string.Empty);
            await Signal(process, "HUP");
            await SaysAsync(process, "is applied");
            Assert.Equal(HttpStatusCode.OK, await Status(url, null));

            await Signal(process, "TERM");
            await process.WaitForExitAsync().WaitAsync(Deadline);
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            process.Kill();
        }
    }

    /// <summary>Waits for a sentence; it may come twice, when the change was noticed before the signal.</summary>
    private static async Task SaysAsync(Process process, string sentence)
    {
        string? line;
        do
        {
            line = await process.StandardError.ReadLineAsync().WaitAsync(Deadline);
            Assert.NotNull(line);
        }
        while (!line.Contains(sentence, StringComparison.Ordinal));
    }

    private static async Task Signal(Process process, string name)
    {
        using var kill = Process.Start("kill", ["-" + name, process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private async Task<HttpStatusCode> Status(Uri url, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    private void Write(Uri upstream, string fields) =>
        File.WriteAllText(workspace.File("halffull.json"), $"{{{fields}\"listen\":{{\"port\":0}},\"replicas\":[\"{upstream}\"]}}");
}
