using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace HalfFull.Engine.Tests.Serving;

/// <summary>Commands of the real program that run a real model.</summary>
public sealed class EngineCommandsTests : IDisposable
{
    private static readonly string ProgramPath = Path.Combine(AppContext.BaseDirectory, "HalfFull.Cli.dll");

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("halffull-commands-");

    public void Dispose() => folder.Delete(recursive: true);

    [NativeFact]
    public async Task A_measured_step_model_is_read_back_and_checked_against_the_engine()
    {
        var limits = "--max-seqs 2 --max-model-len 256 --token-budget 64";
        var calibrated = await RunAsync($"calibrate --model {Given.TinyPath} {limits} --out steps.json");
        Assert.Contains("processor time of one thread", calibrated, StringComparison.Ordinal);
        var checkedBy = await RunAsync($"fidelity --model {Given.TinyPath} {limits} --limit 20 --step-model steps.json --engine vllm --engine static --perfetto trace.json");
        Assert.Equal(3, checkedBy.Split('\n').Count(line => line.StartsWith("load ", StringComparison.Ordinal)));
        Assert.Equal(3, checkedBy.Split('\n').Count(line => line.StartsWith("  static ", StringComparison.Ordinal)));
        Assert.Equal(3, checkedBy.Split('\n').Count(line => line.Contains("Kendall's tau", StringComparison.Ordinal)));

        // A process for each real run, each with the steps of all its requests.
        using var trace = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder.FullName, "trace.json")));
        var events = trace.RootElement.GetProperty("traceEvents").EnumerateArray().ToArray();
        Assert.Equal(
            ["vllm at 60%", "static at 60%", "vllm at 85%", "static at 85%", "vllm at 100%", "static at 100%"],
            events.Where(one => one.GetProperty("name").GetString() == "process_name").Select(one => one.GetProperty("args").GetProperty("name").GetString()));
        var requests = events.Where(one => one.GetProperty("args").TryGetProperty("request", out _))
            .Select(one => (one.GetProperty("pid").GetInt32(), one.GetProperty("args").GetProperty("request").GetInt64())).Distinct().Count();
        Assert.Equal(6 * 20, requests);
    }

    [NativeFact]
    public async Task A_worker_writes_what_its_engine_did_when_it_ends()
    {
        using var worker = Start($"worker --port 0 --until-stdin-closes --model {Given.TinyPath} --max-seqs 2 --max-model-len 256 --perfetto trace.json");
        var line = await worker.StandardOutput.ReadLineAsync();
        var address = new Uri(line!.Split(' ')[^1]);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var body = new StringContent("{\"prompt\":[1,300,301],\"max_tokens\":5,\"ignore_eos\":true}", Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri(address, "v1/completions"), body);
        Assert.True(answer.IsSuccessStatusCode);
        Assert.False(File.Exists(Path.Combine(folder.FullName, "trace.json")), "the trace appears when it is whole");
        worker.StandardInput.Close();
        await worker.WaitForExitAsync();
        Assert.Equal(0, worker.ExitCode);
        using var trace = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder.FullName, "trace.json")));
        var steps = trace.RootElement.GetProperty("traceEvents").EnumerateArray().Where(one => one.GetProperty("args").TryGetProperty("prefillTokens", out _)).ToArray();
        Assert.Equal(["prefill", "decode", "decode", "decode", "decode"], steps.Select(step => step.GetProperty("name").GetString()));
    }

    private async Task<string> RunAsync(string arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, error);
        return await output;
    }

    private Process Start(string arguments) => Process.Start(new ProcessStartInfo("dotnet", [ProgramPath, .. arguments.Split(' ')])
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        WorkingDirectory = folder.FullName,
    })!;
}
