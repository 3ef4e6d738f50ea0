namespace HalfFull.EndToEnd.Tests;

public sealed class TraceTests : IDisposable
{
    private readonly Workspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void A_preset_is_described()
    {
        var info = workspace.Run("trace info chat --limit 1000");

        Assert.Equal((0, string.Empty), (info.ExitCode, info.Error));
        Assert.Contains("1,000 in", info.Output, StringComparison.Ordinal);
        Assert.Contains("prompt", info.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_converted_preset_plays_like_the_preset()
    {
        Assert.Equal(0, workspace.Run("trace convert chat chat.jsonl.gz --limit 300").ExitCode);

        workspace.Run("simulate --trace chat --limit 300 --records preset.csv");
        workspace.Run("simulate --trace chat.jsonl.gz --records file.csv");

        Assert.Equal(workspace.Read("preset.csv"), workspace.Read("file.csv"));
    }

    [Fact]
    public void Anyone_s_log_is_read_by_its_columns()
    {
        File.WriteAllText(workspace.File("log.csv"), "ts,in_tok,out_tok,who\n10.5,100,20,ann\n11,200,10,bob\n");

        var run = workspace.Run("simulate --trace log.csv --columns arrival=ts,prompt=in_tok,output=out_tok,tenant=who --records run.csv");

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        Assert.Contains(",ann,completed", workspace.Read("run.csv"), StringComparison.Ordinal);
    }
}
