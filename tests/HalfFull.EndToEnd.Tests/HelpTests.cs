namespace HalfFull.EndToEnd.Tests;

public sealed class HelpTests : IDisposable
{
    private readonly Workspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Theory]
    [InlineData("", "halffull compare")]
    [InlineData("verify", "halffull verify log")]
    [InlineData("watch", "halffull watch --url http://127.0.0.1:8080")]
    [InlineData("explain", "halffull explain 17 --log log")]
    [InlineData("simulate", "halffull simulate --trace chat --load 0.9 --replicas 4 --gpu a100 --model llama-3-8b --engine larry --router sal")]
    [InlineData("compare", "--rank-by ttft-p99")]
    [InlineData("bench", "halffull bench --url http://localhost:8000 --rate 4 --arrivals poisson")]
    [InlineData("bench sweep", "halffull bench sweep --url http://localhost:8000 --slo")]
    [InlineData("report", "halffull report vllm.json larry.json --html both.html")]
    [InlineData("policies", "halffull policies --json policies.json")]
    [InlineData("trace info", "halffull trace info chat")]
    [InlineData("trace convert", "halffull trace convert log.csv")]
    [InlineData("calibrate", "halffull calibrate --model my.gguf")]
    [InlineData("fidelity", "halffull fidelity --model tiny.gguf")]
    [InlineData("model", "halffull model tiny --out tiny.gguf")]
    [InlineData("model tiny", "halffull model tiny --params 125m --type q4_0")]
    [InlineData("model info", "halffull model info my.gguf")]
    public void Help_of_every_command_shows_a_worked_example(string command, string example)
    {
        var help = workspace.Run($"{command} --help");

        Assert.Equal(0, help.ExitCode);
        Assert.Contains(example, help.Output, StringComparison.Ordinal);
        Assert.Empty(help.Error);
    }

    [Fact]
    public void Help_states_each_default_once()
    {
        var help = workspace.Run("simulate --help").Output;

        Assert.DoesNotContain("] [default", help, StringComparison.Ordinal);
        Assert.Contains("[default: async_assumed]", help, StringComparison.Ordinal);
        Assert.Contains("[default: vllm]", help, StringComparison.Ordinal);
        Assert.Contains("[default: 2048]", help, StringComparison.Ordinal);
    }

    [Fact]
    public void The_version_is_printed() => Assert.Matches(@"^\d+\.\d+\.\d+\n$", workspace.Run("--version").Output);
}
