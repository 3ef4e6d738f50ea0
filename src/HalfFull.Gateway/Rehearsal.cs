using System.Text;
using HalfFull.Engine;
using HalfFull.Engine.StepTime;
using HalfFull.Gateway.Replicas;
using HalfFull.Gateway.Workers;

namespace HalfFull.Gateway;

/// <summary>
/// Sends requests through servers of its own before the real ones open, so that the first real request meets compiled code: otherwise it would wait
/// a third of a second. What is rehearsed leaves no trace in figures or in the router's state.
/// </summary>
public static class Rehearsal
{
    private static readonly TimeSpan ReadyTime = TimeSpan.FromSeconds(5);

    private static readonly string[] Bodies =
    [
        "{\"stream\":true,\"max_tokens\":3,\"messages\":[{\"role\":\"user\",\"content\":\"Is the GPU half empty or half full? Is the GPU half empty or half full?\"}]}",
        "{\"max_tokens\":3,\"messages\":[{\"role\":\"user\",\"content\":\"Is the GPU half empty or half full?\"}]}",
    ];

    /// <summary>Rehearses a worker.</summary>
    /// <param name="engine">Its engine scheduler.</param>
    /// <param name="predictor">Who predicts output lengths for it.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task OfWorkerAsync(Policies.PolicySpec engine, Prediction.PredictorSpec predictor, CancellationToken cancellation)
    {
        await using var worker = await WorkerAsync(engine, predictor);
        await SendAsync(worker.Address, new GatewayOptions(), cancellation);
    }

    /// <summary>Rehearses a gateway.</summary>
    /// <param name="options">The options of the real one.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task OfGatewayAsync(GatewayOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        await using var worker = await WorkerAsync(Policies.PolicySpec.Parse("vllm"), Prediction.PredictorSpec.None);
        await using var gateway = await GatewayServer.StartAsync(options with
        {
            Host = "127.0.0.1",
            Port = 0,
            Replicas = [worker.Address],
            Keys = [],
            Tls = null,
            Notice = null,
            HasTelemetry = false,
            Log = null,
            ExplainRequests = 16
        });
        if (await gateway.WhenReadyAsync(ReadyTime, cancellation))
        {
            await SendAsync(gateway.Address, options, cancellation);
        }
    }

    private static Task<WorkerServer> WorkerAsync(Policies.PolicySpec engine, Prediction.PredictorSpec predictor) =>
        WorkerServer.StartAsync(new WorkerOptions(new EngineLimits(1000), new LinearStepTime(1, 0, 0, 0)) { Engine = engine, Predictor = predictor });

    private static async Task SendAsync(Uri server, GatewayOptions options, CancellationToken cancellation)
    {
        using var client = ReplicaClient.Create(options);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(ReadyTime);
        try
        {
            foreach (var body in Bodies)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server, "v1/chat/completions")) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
                using var response = await client.SendAsync(request, timeout.Token);
                await response.Content.CopyToAsync(Stream.Null, timeout.Token);
            }
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            // A rehearsal that fails costs nothing but its purpose.
        }
    }
}
