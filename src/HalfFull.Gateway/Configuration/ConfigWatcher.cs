using System.Security.Cryptography;
using HalfFull.Policies;

namespace HalfFull.Gateway.Configuration;

/// <summary>
/// Applies a configuration again when its file or its certificate changes. Files are read, not subscribed to: that also sees a file that is replaced through a
/// link, as Kubernetes does. A change counts once two readings in a row agree, so that a half-written file is not taken.
/// </summary>
public sealed class ConfigWatcher : IAsyncDisposable
{
    /// <summary>Time between two readings.</summary>
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromMilliseconds(500);

    private readonly GatewayServer server;
    private readonly string file;
    private readonly Func<GatewayOptions> read;
    private readonly TimeSpan interval;
    private readonly CancellationTokenSource stop = new();
    private readonly SemaphoreSlim oneReload = new(1);
    private readonly Task loop;
    private UInt128 applied;

    /// <summary>Begins to watch.</summary>
    /// <param name="server">The gateway, which runs with the file as it is now.</param>
    /// <param name="file">The file.</param>
    /// <param name="read">Reads it and whatever wins over it; throws <see cref="FormatException"/>, <see cref="PolicyException"/> or <see cref="IOException"/>.</param>
    /// <param name="interval">Time between two readings.</param>
    public ConfigWatcher(GatewayServer server, string file, Func<GatewayOptions> read, TimeSpan interval)
    {
        ArgumentNullException.ThrowIfNull(server);
        this.server = server;
        this.file = file;
        this.read = read;
        this.interval = interval;
        applied = Fingerprint();
        loop = WatchAsync();
    }

    /// <summary>Reads and applies the file now, changed or not.</summary>
    /// <returns>Whether it was accepted.</returns>
    public async Task<bool> ReloadAsync()
    {
        await oneReload.WaitAsync();
        try
        {
            applied = Fingerprint();
            return await server.ReloadAsync(file, read);
        }
        finally
        {
            oneReload.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await loop;
        stop.Dispose();
        oneReload.Dispose();
    }

    private async Task WatchAsync()
    {
        var last = applied;
        try
        {
            while (true)
            {
                await Task.Delay(interval, stop.Token);
                var now = Fingerprint();
                if (now == last && now != applied)
                {
                    await TryReloadAsync();
                }

                last = now;
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private async Task TryReloadAsync()
    {
        try
        {
            await ReloadAsync();
        }
#pragma warning disable CA1031 // Whatever goes wrong with one version of the file, the next must still be seen.
        catch (Exception error)
#pragma warning restore CA1031
        {
            server.Options.Notice?.Invoke($"{file} could not be applied, please report it: {error.GetType().Name}: {error.Message}");
        }
    }

    private UInt128 Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in (ReadOnlySpan<string?>)[file, server.Options.Tls?.Certificate, server.Options.Tls?.Key])
        {
            try
            {
                hash.AppendData(path is null ? [] : File.ReadAllBytes(path));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // A file that is gone for a moment counts as an empty one; whether that is accepted is for the reload to say.
            }
        }

        var digest = hash.GetHashAndReset();
        return new UInt128(BitConverter.ToUInt64(digest), BitConverter.ToUInt64(digest.AsSpan(8)));
    }
}
