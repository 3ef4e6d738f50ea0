using HalfFull.Gateway.OpenAi;
using HalfFull.Traces.Decisions;

namespace HalfFull.Gateway.Logging;

/// <summary>
/// Writes the decision log in the background. Records are encoded under the lock of the <see cref="Journal"/>, which costs no I/O; a full buffer or a
/// disk that fails loses records, which is counted and told in the log, and never keeps a request waiting.
/// </summary>
internal sealed class DecisionLog : IAsyncDisposable
{
    private readonly Lock gate;
    private readonly LogOptions options;
    private readonly LogFiles files;
    private readonly Queue<LogBlock> full = [];
    private readonly Stack<LogBlock> free = [];
    private readonly SemaphoreSlim signal = new(0);
    private readonly Task writer;
    private int blocks;
    private long? failedAt;
    private bool isClosing;
    private bool isFailing;

    /// <param name="options">Where and how.</param>
    /// <param name="run">The run.</param>
    /// <param name="gate">Taken by whoever uses the encoder.</param>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    public DecisionLog(LogOptions options, LogRun run, Lock gate)
    {
        this.gate = gate;
        this.options = options;
        files = new LogFiles(options);
        Encoder = new DecisionEncoder(run, options.FileBytes, Rent, HandOn);
        writer = Task.Run(WriteAsync);
    }

    /// <summary>Takes the records; under the lock.</summary>
    public DecisionEncoder Encoder { get; }

    /// <summary>The secret of this folder's hashes.</summary>
    public PrefixSalt Salt => files.Salt;

    /// <summary>Bytes written.</summary>
    public long Bytes { get; private set; }

    /// <summary>Times that the disk failed.</summary>
    public long Errors { get; private set; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            Encoder.Close();
            isClosing = true;
        }

        signal.Release();
        await writer;
        signal.Dispose();
        files.Dispose();
    }

    private LogBlock? Rent()
    {
        if (failedAt is { } moment)
        {
            if (!isClosing && Environment.TickCount64 - moment < options.RetryInterval.TotalMilliseconds)
            {
                return null;
            }

            failedAt = null;
        }

        if (free.TryPop(out var block))
        {
            return block;
        }

        return blocks++ < options.MostBlocks ? new LogBlock() : Refuse();
    }

    private LogBlock? Refuse()
    {
        blocks--;
        return null;
    }

    private void HandOn(LogBlock block)
    {
        full.Enqueue(block);
        if (signal.CurrentCount == 0)
        {
            signal.Release();
        }
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            await signal.WaitAsync(options.FlushInterval);
            bool isLast;
            lock (gate)
            {
                isLast = isClosing;
                Encoder.Flush();
            }

            while (Next() is { } block)
            {
                Write(block);
            }

            if (isLast)
            {
                return;
            }
        }
    }

    private LogBlock? Next()
    {
        lock (gate)
        {
            return full.TryDequeue(out var block) ? block : null;
        }
    }

    private void Write(LogBlock block)
    {
        Exception? failure = null;
        try
        {
            files.Write(block);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            failure = error;
        }

        var hadFailed = false;
        lock (gate)
        {
            if (failure is null)
            {
                hadFailed = isFailing;
                isFailing = false;
                Bytes += LogFile.HeaderBytes + block.Content.Length;
                Return(block);
            }
            else
            {
                Fail(block);
            }
        }

        Tell(failure, hadFailed);
    }

    private void Fail(LogBlock block)
    {
        Errors++;
        failedAt = Environment.TickCount64;
        var lost = (long)block.Records;
        Return(block);
        while (full.TryDequeue(out var next))
        {
            lost += next.Records;
            Return(next);
        }

        if (Encoder.Abandon(lost) is { } partial)
        {
            Return(partial);
        }
    }

    private void Tell(Exception? failure, bool works)
    {
        if (failure is not null)
        {
            try
            {
                files.Close();
            }
            catch (IOException)
            {
                // What it had not written is lost with the rest, and counted.
            }

            if (!isFailing)
            {
                isFailing = true;
                options.Warn?.Invoke($"The decision log cannot be written, so decisions go unlogged until it can: {failure.Message}");
            }
        }
        else if (works)
        {
            options.Warn?.Invoke("The decision log is written again; what is missing is marked in it.");
        }
    }

    private void Return(LogBlock block)
    {
        block.Clear();
        free.Push(block);
    }
}
