namespace HalfFull.Load.Runs;

/// <summary>
/// Reads what follows the end of an answer, which frees its connection for the next request. Mostly nothing is left, and that is seen at
/// once; where a server leaves its answer open, that is waited for beside the run, and after two seconds the connection is dropped.
/// </summary>
internal sealed class Drains
{
    private const int MostBytes = 1 << 16;
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    // What is read is looked at by nobody, so all may write over each other.
    private static readonly byte[] Waste = new byte[4096];

    private readonly Lock gate = new();
    private TaskCompletionSource? empty;
    private int open;

    /// <summary>Completes when no answer is left open; within two seconds after the last one ended.</summary>
    public Task Done
    {
        get
        {
            lock (gate)
            {
                return open == 0 ? Task.CompletedTask : (empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
        }
    }

    /// <summary>
    /// Reads an answer to its end and disposes of it. Returns as soon as that is done, which is nearly always at once: then the next
    /// request finds the connection free. After a few milliseconds it returns in any case, and the rest goes on beside the run.
    /// </summary>
    public async ValueTask TakeAsync(HttpResponseMessage response, Stream stream)
    {
        lock (gate)
        {
            open++;
        }

        var finishing = FinishAsync(response, stream);
        if (!finishing.IsCompleted)
        {
            await Task.WhenAny(finishing, Task.Delay(Grace));
        }
    }

    private async Task FinishAsync(HttpResponseMessage response, Stream stream)
    {
        // Only a read that is cancelled lets go of its connection; a response that is disposed of while it is read does not.
        using var patience = new CancellationTokenSource();
        try
        {
            var isTimed = false;
            for (var (bytes, read) = (0, 1); read > 0 && bytes < MostBytes; bytes += read)
            {
                var reading = stream.ReadAsync(Waste, patience.Token);
                if (!reading.IsCompleted && !isTimed)
                {
                    isTimed = true;
                    patience.CancelAfter(Longest);
                }

                read = await reading;
            }
        }
#pragma warning disable CA1031 // The answer was whole; how its connection ends changes no figure.
        catch (Exception)
#pragma warning restore CA1031
        {
            // The connection is dropped below.
        }
        finally
        {
            response.Dispose();
            Leave();
        }
    }

    private void Leave()
    {
        lock (gate)
        {
            if (--open == 0)
            {
                empty?.SetResult();
                empty = null;
            }
        }
    }
}
