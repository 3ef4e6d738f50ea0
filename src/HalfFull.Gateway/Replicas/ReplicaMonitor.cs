using System.Text.Json;

namespace HalfFull.Gateway.Replicas;

/// <summary>Watches one replica in the background: health, models and metrics. No request ever waits for it.</summary>
internal sealed class ReplicaMonitor : IAsyncDisposable
{
    private const int ChecksBetweenModels = 10;
    private const int MostPageBytes = 8 << 20;
    private static readonly string[] MetricPaths = ["metrics", "prometheus/metrics"];

    private readonly ReplicaPool pool;
    private readonly RemoteReplica replica;
    private readonly HttpMessageInvoker client;
    private readonly GatewayOptions options;
    private readonly CancellationTokenSource stop = new();
    private readonly Task loops;
    private readonly Rng jitter;
    private int metricPath;

    /// <summary>Begins to watch.</summary>
    public ReplicaMonitor(ReplicaPool pool, RemoteReplica replica, HttpMessageInvoker client, GatewayOptions options)
    {
        this.pool = pool;
        this.replica = replica;
        this.client = client;
        this.options = options;
        jitter = new Rng(options.Seed).Fork("scrape-" + replica.Name);
        loops = Task.WhenAll(CheckHealthAsync(), ScrapeAsync());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await loops;
        stop.Dispose();
    }

    private async Task CheckHealthAsync()
    {
        var sinceModels = ChecksBetweenModels;
        while (!stop.IsCancellationRequested)
        {
            var passed = await IsHealthyAsync();
            if (passed && (++sinceModels > ChecksBetweenModels || replica.State != Routing.ReplicaState.Ready))
            {
                sinceModels = 0;
                await ReadModelsAsync();
            }

            pool.Checked(replica, passed);

            // While it is down a quicker look costs nothing and lets a new one in soon.
            await DelayAsync(replica.State == Routing.ReplicaState.Ready ? options.HealthInterval : options.HealthInterval / 4);
        }
    }

    private async Task ScrapeAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            if (replica.State != Routing.ReplicaState.Down)
            {
                await ReadMetricsAsync();
            }

            await DelayAsync(options.ScrapeInterval * (0.8 + (0.4 * jitter.NextDouble())));
        }
    }

    /// <summary>Any answer but a server error is one: servers without this path are alive too.</summary>
    private async Task<bool> IsHealthyAsync() => await GetAsync("health") is ({ } status and < 500, _);

    private async Task ReadModelsAsync()
    {
        if (await GetAsync("v1/models") is not (200, { } page))
        {
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(page);
            var data = document.RootElement.GetProperty("data").EnumerateArray().ToArray();
            var models = data.Select(model => model.GetProperty("id").GetString()).OfType<string>().ToArray();
            var owner = data.Length > 0 && data[0].TryGetProperty("owned_by", out var by) ? by.GetString() : null;
            replica.TakesAnyModel = data.Length == 1 && data[0].TryGetProperty("takes_any_name", out var any) && any.ValueKind == JsonValueKind.True;
            pool.ServesModels(replica, models.Length > 0 ? models : null, FlavourOf(owner));
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // A page that is no list of models tells nothing: it stays as it was.
        }
    }

    private async Task ReadMetricsAsync()
    {
        var takenAt = pool.Now;
        var path = MetricPaths[metricPath];
        if (await GetAsync(path) is not (200, { } page))
        {
            metricPath = (metricPath + 1) % MetricPaths.Length;
            return;
        }

        if (MetricsReader.Read(page) is { IsKnown: true } report)
        {
            pool.Reported(replica, report, takenAt);
        }
    }

    /// <summary>Status and body; nulls when it did not answer in time.</summary>
    private async Task<(int? Status, byte[]? Body)> GetAsync(string path)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        timeout.CancelAfter(options.ProbeTimeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(replica.Address, path));
            ReplicaClient.Authorize(request, replica);
            using var response = await client.SendAsync(request, timeout.Token);
            if (response.Content.Headers.ContentLength > MostPageBytes)
            {
                return (null, null);
            }

            await response.Content.LoadIntoBufferAsync(MostPageBytes, timeout.Token);
            return ((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(timeout.Token));
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException)
        {
            return (null, null);
        }
    }

    private async Task DelayAsync(TimeSpan delay)
    {
        try
        {
            await Task.Delay(delay, options.Time, stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private static ReplicaFlavour FlavourOf(string? owner) => owner switch
    {
        "vllm" or "halffull" => ReplicaFlavour.Vllm,
        "sglang" => ReplicaFlavour.Sglang,
        "llamacpp" => ReplicaFlavour.LlamaCpp,
        "library" => ReplicaFlavour.Ollama,
        _ => ReplicaFlavour.Unknown,
    };
}
