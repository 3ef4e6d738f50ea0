namespace HalfFull.Cli;

/// <summary>Waiting for Ctrl-C.</summary>
internal static class Waiting
{
    /// <summary>Completes when cancelled.</summary>
    public static async Task UntilAsync(CancellationToken cancellation)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellation.Register(source.SetResult);
        await source.Task;
    }
}
