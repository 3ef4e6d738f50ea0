using System.Diagnostics;
using HalfFull.Gateway;
using HalfFull.Gateway.Workers;

namespace HalfFull.Engine.Tests.Serving;

/// <summary>Engine processes of the real program.</summary>
public sealed class ModelFleetTests
{
    private static readonly string ProgramPath = Path.Combine(AppContext.BaseDirectory, "HalfFull.Cli.dll");

    [NativeFact]
    public async Task An_engine_that_is_killed_comes_back_and_no_request_hangs()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromMinutes(2) };
        await using var gateway = await GatewayServer.StartAsync(new GatewayOptions { Port = 0 });
        await using var fleet = await WorkerFleet.StartAsync(
            gateway,
            2,
            "dotnet",
            [ProgramPath, "worker", "--port", "0", "--until-stdin-closes", "--model", Given.TinyPath, "--max-seqs", "2", "--max-model-len", "512"],
            CancellationToken.None);
        Assert.True(await gateway.WhenReadyAsync(TimeSpan.FromMinutes(1), CancellationToken.None));

        async Task<string> Ask(bool stream, int tokens)
        {
            var body = $"{{\"stream\":{(stream ? "true" : "false")},\"max_tokens\":{tokens},\"ignore_eos\":true,\"messages\":[{{\"role\":\"user\",\"content\":\"Go on.\"}}]}}";
            using var answer = await http.PostAsync(new Uri(gateway.Address, "v1/chat/completions"), new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
            try
            {
                return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
            }
            catch (Exception error) when (error is HttpRequestException or IOException)
            {
                return "cut";
            }
        }

        var killed = fleet.ProcessIds[0];
        var load = Enumerable.Range(0, 12).Select(i => Ask(stream: i % 2 == 0, tokens: 300)).ToArray();
        using (var process = Process.GetProcessById(killed))
        {
            process.Kill();
        }

        var outcomes = await Task.WhenAll(load);
        Assert.All(outcomes, outcome => Assert.True(
            outcome.EndsWith("data: [DONE]\n\n", StringComparison.Ordinal) || outcome.Contains("\"completion_tokens\":300", StringComparison.Ordinal)
            || outcome.Contains("\"upstream_error\"", StringComparison.Ordinal) || outcome is "cut",
            outcome));
        Assert.Contains(outcomes, outcome => outcome.Contains("\"completion_tokens\":300", StringComparison.Ordinal) || outcome.EndsWith("[DONE]\n\n", StringComparison.Ordinal));
        var patience = DateTime.UtcNow.AddMinutes(2);
        while (fleet.ProcessIds.Contains(killed))
        {
            Assert.True(DateTime.UtcNow < patience, "the killed engine is back");
            await Task.Yield();
        }

        Assert.Contains("\"completion_tokens\":3,", await Ask(stream: false, tokens: 3), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_served_is_told_in_one_sentence()
    {
        var folder = Directory.CreateTempSubdirectory("halffull-serve-");
        try
        {
            var cut = Path.Combine(folder.FullName, "cut.gguf");
            await File.WriteAllBytesAsync(cut, (await File.ReadAllBytesAsync(Given.TinyPath))[..100_000]);
            foreach (var (arguments, sentence) in new[]
            {
                ($"serve --port 0 --model {cut}", "cut.gguf is a damaged GGUF file"),
                ("serve --port 0 --model nowhere.gguf", "There is no model file 'nowhere.gguf'"),
                ($"serve --port 0 --model {Given.TinyPath} --llama {folder.FullName}", "does not hold llama.cpp's libraries"),
                ($"worker --port 0 --model {Given.TinyPath} --llama {folder.FullName}/none", "There is no folder"),
                ($"serve --port 0 --model {Given.TinyPath} --max-model-len 100000", "--max-model-len"),
                ($"serve --port 0 --model {Given.TinyPath} --gpu a100", "--gpu describes a modelled GPU"),
                ($"serve --port 0 --model {Given.TinyPath} --replicas 3", "--workers"),
                ("serve --port 0 --threads 2", "--threads says how a real model is run"),
                ("serve --port 0 --workers 2", "--workers is the number of engines of a real model"),
            })
            {
                using var process = Process.Start(new ProcessStartInfo("dotnet", [ProgramPath, .. arguments.Split(' ')])
                {
                    UseShellExecute = false,
                    RedirectStandardError = true,
                    RedirectStandardOutput = true,
                })!;
                var output = process.StandardOutput.ReadToEndAsync();
                var error = await process.StandardError.ReadToEndAsync();
                await process.WaitForExitAsync();
                Assert.NotEqual(0, process.ExitCode);
                Assert.Contains(sentence, error, StringComparison.Ordinal);
                Assert.Equal(1, error.Count(c => c == '\n'));
                Assert.Empty(await output);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
