using System.Diagnostics;
using System.Diagnostics.Metrics;
using HalfFull.Gateway.Replicas;

namespace HalfFull.Gateway.Telemetry;

/// <summary>
/// Metrics and spans of one gateway for whoever listens in this process, such as an exporter. Nobody listening costs a few comparisons for each request.
/// </summary>
public sealed class GatewayTelemetry : IDisposable
{
    /// <summary>Name of its source of spans and of its meter.</summary>
    public const string Name = "HalfFull.Gateway";

    private static readonly InstrumentAdvice<double> Seconds = new() { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120] };

    private readonly Meter meter = new(Name);
    private readonly Counter<long> responses;
    private readonly Counter<long> attempts;
    private readonly Counter<long> tokens;
    private readonly Histogram<double> timeToFirstToken;
    private readonly Histogram<double> duration;

    internal GatewayTelemetry(ReplicaPool pool)
    {
        responses = meter.CreateCounter<long>("halffull.responses", "{response}", "Answers to clients by HTTP status.");
        attempts = meter.CreateCounter<long>("halffull.attempts", "{attempt}", "Attempts on replicas by outcome.");
        tokens = meter.CreateCounter<long>("halffull.tokens", "{token}", "Tokens by kind.");
        timeToFirstToken = meter.CreateHistogram("halffull.ttft", "s", "Arrival to first token of streamed completions.", tags: null, Seconds);
        duration = meter.CreateHistogram("halffull.request.duration", "s", "Arrival to end of completed requests.", tags: null, Seconds);
        meter.CreateObservableGauge(
            "halffull.replica.inflight_requests", () => Measure(pool, static replica => replica.Account.Requests), "{request}", "Requests reserved in the ledger.");
        meter.CreateObservableGauge(
            "halffull.replica.inflight_tokens", () => Measure(pool, static replica => replica.Account.CommittedTokens), "{token}", "Tokens reserved in the ledger.");
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    internal void Answered(int status) => responses.Add(1, new KeyValuePair<string, object?>("http.response.status_code", status));

    internal void FirstToken(TimeSpan since) => timeToFirstToken.Record(since.TotalSeconds);

    internal void Ended(DispatchOutcome outcome, TimeSpan? took, long promptTokens, long outputTokens)
    {
        if (!attempts.Enabled)
        {
            return;
        }

        attempts.Add(1, new KeyValuePair<string, object?>("halffull.outcome", outcome.ToString().ToLowerInvariant()));
        tokens.Add(promptTokens, new KeyValuePair<string, object?>("gen_ai.token.type", "input"));
        tokens.Add(outputTokens, new KeyValuePair<string, object?>("gen_ai.token.type", "output"));
        if (took is { } time)
        {
            duration.Record(time.TotalSeconds);
        }
    }

    private static Measurement<long>[] Measure(ReplicaPool pool, Func<RemoteReplica, long> value) => pool.Read(replicas => replicas
        .Select(replica => new Measurement<long>(value(replica), new KeyValuePair<string, object?>("halffull.replica", replica.Name))).ToArray());
}
