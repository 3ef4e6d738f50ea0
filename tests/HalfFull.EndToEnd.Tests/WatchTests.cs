namespace HalfFull.EndToEnd.Tests;

public sealed class WatchTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);
    private readonly Workspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public async Task Serve_names_its_dashboard_and_watch_prints_a_line_a_second_where_there_is_no_terminal()
    {
        using var process = workspace.Start("serve", "--replicas", "1", "--port", "0");
        try
        {
            var url = (await process.StandardOutput.ReadLineAsync().WaitAsync(Deadline))!.Split(" on ")[1];
            string? line;
            do
            {
                line = await process.StandardOutput.ReadLineAsync().WaitAsync(Deadline);
            }
            while (line?.StartsWith("Dashboard: ", StringComparison.Ordinal) == false);
            Assert.StartsWith($"Dashboard: {url}/ ", line, StringComparison.Ordinal);

            var watch = workspace.Run("watch", "--url", url, "--seconds", "2");
            Assert.Equal((0, string.Empty), (watch.ExitCode, watch.Error));
            var lines = watch.Output.TrimEnd('\n').Split('\n');
            Assert.Equal(2, lines.Length);
            Assert.All(lines, static one => Assert.Matches(@"^\d+ s  replicas 1 \w+  running \S+  queue 0  \S+ tokens/s  TTFT p50 – p99 –  TPOT p50 –$", one));
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
