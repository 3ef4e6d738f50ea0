namespace HalfFull.EndToEnd.Tests;

public sealed class TrainRankerTests : IDisposable
{
    private readonly Workspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void A_ranker_is_trained_judged_written_and_used()
    {
        var trained = workspace.Run("train-ranker --trace multi-tenant --limit 3000 --out r.hfr");
        Assert.Equal((0, string.Empty), (trained.ExitCode, trained.Error));
        Assert.Contains("the first 2,400 requests of multi-tenant, judged on the 600 after them", trained.Output, StringComparison.Ordinal);
        Assert.Matches(@"Kendall's tau +0\.[5-9]\d", trained.Output);

        var run = workspace.Run("simulate --trace multi-tenant --limit 300 --engine ltr --predict ranker:r.hfr");
        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        Assert.Contains("output lengths predicted by ranker:r.hfr", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train-ranker --limit 50", 1, "A ranker needs at least 100 requests to be trained on, but chat gives 50.")]
    [InlineData("simulate --limit 50 --engine trail --predict ranker:none.hfr", 1, "There is no ranker 'none.hfr'; train one with halffull train-ranker --out none.hfr.")]
    [InlineData("simulate --limit 50 --engine trail", 2, "Engine policy 'trail' needs predicted output lengths; add --predict quantile, ranker:FILE, noisy:SIGMA or oracle.")]
    [InlineData("simulate --limit 50 --router oracle-work", 2, "Router 'oracle-work' needs predicted output lengths; add --predict quantile, ranker:FILE, noisy:SIGMA or oracle.")]
    [InlineData("worker --port 0 --engine trail", 2, "Engine policy 'trail' needs predicted output lengths; add --predict quantile or ranker:FILE.")]
    [InlineData("worker --port 0 --engine trail --predict ranker:none.hfr", 1, "There is no ranker 'none.hfr'")]
    [InlineData("worker --predict oracle", 2, "--predict oracle needs the true output lengths, which only a simulator knows: give none, quantile")]
    [InlineData("worker --predict noisy:50", 2, "--predict noisy:50 needs the true output lengths, which only a simulator knows")]
    [InlineData("serve --port 0 --engine trail", 2, "Engine policy 'trail' needs predicted output lengths; add --predict quantile or ranker:FILE.")]
    [InlineData("serve --port 0 --engine trail --predict ranker:none.hfr", 1, "There is no ranker 'none.hfr'")]
    [InlineData("serve --replicas http://127.0.0.1:9 --predict quantile", 2, "--predict describes emulated replicas, but --replicas names real servers")]
    public void What_cannot_be_done_is_said_in_one_sentence(string command, int exitCode, string expected)
    {
        var run = workspace.Run(command);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bundle_brings_its_limits_and_those_given_win()
    {
        var run = workspace.Run("simulate --limit 100 --engine trtllm@1.0 --max-seqs 64");
        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        Assert.Contains("trtllm@1.0 is trt-no-evict; run with 8,192 tokens a step, 64 sequences, blocks of 32", run.Output, StringComparison.Ordinal);
    }
}
