using System.ComponentModel;
using System.Diagnostics;

namespace HalfFull.Gateway.Workers;

/// <summary>
/// A worker in a process of its own. It tells its address on its first line of output and lives while its standard input is open, so that it goes when
/// its parent goes, however that happens.
/// </summary>
public sealed class WorkerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);
    private readonly Process process;
    private bool isDisposed;

    private WorkerProcess(Process process, Uri address)
    {
        this.process = process;
        ProcessId = process.Id;
        Address = address;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Its process id.</summary>
    public int ProcessId { get; }

    /// <summary>Starts a worker and waits until it listens.</summary>
    /// <param name="program">Program to run.</param>
    /// <param name="arguments">Its arguments, those that make it tell its address and watch its input included.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">It ended, or told no address in time.</exception>
    public static async Task<WorkerProcess> StartAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        var started = Start(start);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(StartTimeout);
        try
        {
            var line = await started.StandardOutput.ReadLineAsync(timeout.Token);
            if (line is not null && Uri.TryCreate(line[(line.LastIndexOf(' ') + 1)..], UriKind.Absolute, out var address))
            {
                // Whatever else it writes must not fill the pipe.
                _ = started.StandardOutput.ReadToEndAsync(CancellationToken.None);
                return new WorkerProcess(started, address);
            }

            throw new IOException("A worker process ended before it listened; its own message is above.");
        }
        catch (Exception error)
        {
            started.Kill();
            started.Dispose();
            throw error is OperationCanceledException && !cancellation.IsCancellationRequested
                ? new IOException($"A worker process did not listen within {StartTimeout.TotalSeconds:0} s.", error)
                : error;
        }
    }

    /// <summary>Completes when it has ended.</summary>
    public Task WaitForExitAsync(CancellationToken cancellation) => process.WaitForExitAsync(cancellation);

    /// <summary>Lets it end, and kills it when it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isDisposed)
        {
            return;
        }

        isDisposed = true;
        try
        {
            process.StandardInput.Close();
            using var timeout = new CancellationTokenSource(StopTimeout);
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            process.Kill();
        }

        process.Dispose();
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new IOException($"The worker process '{start.FileName}' could not be started: {error.Message}.", error);
        }
    }
}
