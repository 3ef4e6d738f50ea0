using HalfFull.Gateway.Dashboard;
using HalfFull.Gateway.OpenAi;
using HalfFull.Gateway.Replicas;
using HalfFull.Gateway.Telemetry;
using HalfFull.Routing;
using HalfFull.Scheduling;

namespace HalfFull.Gateway;

/// <summary>The gateway's own figures. Names and labels are fixed; no label takes a value that a client chooses. Thread-safe.</summary>
internal sealed class GatewayMetrics(GatewayTelemetry? telemetry)
{
    private const int MostReplicas = 256;
    private static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

    private readonly Lock gate = new();
    private readonly long[] attempts = new long[Enum.GetValues<DispatchOutcome>().Length];
    private readonly SortedDictionary<int, long> responses = [];
    private readonly long[] ttft = new long[Bounds.Length + 1];
    private readonly long[] duration = new long[Bounds.Length + 1];
    private readonly LatencyHistory history = new();
    private double ttftSum;
    private double durationSum;
    private long promptTokens;
    private long outputTokens;
    private long retries;
    private long cuts;
    private long reloads;
    private long refusedReloads;
    private long open;

    /// <summary>A request came in.</summary>
    public void Began()
    {
        lock (gate)
        {
            open++;
        }
    }

    /// <summary>A request was answered.</summary>
    public void Answered(int status)
    {
        telemetry?.Answered(status);
        lock (gate)
        {
            open--;
            responses[status] = responses.GetValueOrDefault(status) + 1;
        }
    }

    /// <summary>A first token came back that long after the arrival of its request.</summary>
    public void FirstToken(TimeSpan since, TimeSpan now)
    {
        telemetry?.FirstToken(since);
        lock (gate)
        {
            Observe(ttft, ref ttftSum, since);
            history.FirstToken(now, since);
        }
    }

    /// <summary>An attempt ended.</summary>
    public void Ended(Dispatch dispatch, TimeSpan arrival, TimeSpan now, DispatchOutcome outcome, TokenUsage? usage)
    {
        var prompt = usage?.PromptTokens ?? (outcome == DispatchOutcome.Completed ? dispatch.Lease.PromptTokens : 0);
        var output = usage?.OutputTokens ?? dispatch.Lease.OutputTokens;
        telemetry?.Ended(outcome, outcome == DispatchOutcome.Completed ? now - arrival : null, prompt, output);
        lock (gate)
        {
            attempts[(int)outcome]++;
            promptTokens += prompt;
            outputTokens += output;
            history.Ended(now, outcome == DispatchOutcome.Completed && output > 1 ? (now - dispatch.Lease.FirstTokenAt) / (output - 1) : null, output);
            if (outcome == DispatchOutcome.Completed)
            {
                Observe(duration, ref durationSum, now - arrival);
            }
        }
    }

    /// <summary>A failed attempt is repeated.</summary>
    public void Retried()
    {
        lock (gate)
        {
            retries++;
        }
    }

    /// <summary>A stream ended with an error in it.</summary>
    public void Cut()
    {
        lock (gate)
        {
            cuts++;
        }
    }

    /// <summary>A configuration was read again.</summary>
    public void Reloaded(bool accepted)
    {
        lock (gate)
        {
            reloads += accepted ? 1 : 0;
            refusedReloads += accepted ? 0 : 1;
        }
    }

    /// <summary>Reads the last hour while nothing changes.</summary>
    public T Read<T>(Func<LatencyHistory, T> read)
    {
        lock (gate)
        {
            return read(history);
        }
    }

    /// <summary>The page.</summary>
    public string Text(ReplicaPool pool, GatewayOptions options, Logging.Journal? journal = null)
    {
        var text = new PrometheusText();
        lock (gate)
        {
            text.Counter("halffull_responses_total", "Answers to clients by HTTP status.");
            foreach (var (status, count) in responses)
            {
                text.Add(count, ("code", PrometheusText.Number(status)));
            }

            text.Counter("halffull_attempts_total", "Attempts on replicas by outcome.");
            foreach (var outcome in Enum.GetValues<DispatchOutcome>())
            {
                text.Add(attempts[(int)outcome], ("outcome", outcome.ToString().ToLowerInvariant()));
            }

            text.Counter("halffull_retries_total", "Attempts that were repeated on another replica.").Add(retries);
            text.Counter("halffull_cut_streams_total", "Streams that ended with an error because their replica failed.").Add(cuts);
            text.Counter("halffull_config_reloads_total", "Configurations read again, by outcome.")
                .Add(reloads, ("outcome", "applied")).Add(refusedReloads, ("outcome", "refused"));
            text.Counter("halffull_prompt_tokens_total", "Prompt tokens, as replicas told, else estimated.").Add(promptTokens);
            text.Counter("halffull_output_tokens_total", "Output tokens, as replicas told, else counted.").Add(outputTokens);
            text.Gauge("halffull_open_requests", "Requests being answered.").Add(open);
            text.Histogram("halffull_ttft_seconds", "Arrival to first token of streamed completions.").AddHistogram(Bounds, ttft, ttftSum);
            text.Histogram("halffull_request_duration_seconds", "Arrival to end of completed requests.").AddHistogram(Bounds, duration, durationSum);
        }

        if (journal?.Log is { } log)
        {
            lock (journal.Gate)
            {
                text.Counter("halffull_log_bytes_total", "Bytes of the decision log written.").Add(log.Bytes);
                text.Counter("halffull_log_lost_records_total", "Records of the decision log lost because the disk failed or could not keep up.").Add(log.Encoder.TotalLost);
                text.Counter("halffull_log_errors_total", "Times that the decision log could not be written.").Add(log.Errors);
            }
        }

        return pool.Read(replicas =>
        {
            Queue(text, pool);
            return Replicas(text, replicas, replica => replica.Health.ShareAt(pool.Now, options));
        });
    }

    private static void Queue(PrometheusText text, ReplicaPool pool)
    {
        text.Gauge("halffull_queue_length", "Requests that wait for a replica.").Add(pool.Waiting);
        text.Histogram("halffull_queue_wait_seconds", "Wait of requests in the queue until they were sent.").AddHistogram(QueueFigures.Bounds, pool.Queue.Waits, pool.Queue.WaitSum);
        text.Counter("halffull_queue_held_total", "Requests that could not be sent at once, by what held the first in order.");
        foreach (var reason in Enum.GetValues<HeldReason>())
        {
            if (reason != HeldReason.None)
            {
                text.Add(pool.Queue.Held(reason), ("reason", reason.ToString().ToLowerInvariant()));
            }
        }

        text.Counter("halffull_queue_displaced_total", "Requests that waited and were refused in place of more urgent newcomers.").Add(pool.Queue.Displaced);
        text.Counter("halffull_queue_bound_violations_total", "Requests that passed another against the queue policy's bound, or waited longer than it allows at half the learned rate.")
            .Add(pool.Queue.OvertakingViolations, ("bound", "overtaking"))
            .Add(pool.Queue.WaitViolations, ("bound", "wait"));
    }

    private static string Replicas(PrometheusText text, IReadOnlyList<RemoteReplica> replicas, Func<RemoteReplica, double?> share)
    {
        var shown = replicas.Take(MostReplicas).ToArray();
        Each(text.Gauge("halffull_replica_up", "1 when the replica takes requests."), shown, replica => replica.State == ReplicaState.Ready && !replica.IsDraining ? 1 : 0);
        Each(text.Gauge("halffull_replica_inflight_requests", "Requests reserved in the ledger."), shown, replica => replica.Account.Requests);
        Each(text.Gauge("halffull_replica_inflight_tokens", "Prompt and output tokens reserved in the ledger."), shown, replica => replica.Account.CommittedTokens);
        Each(text.Gauge("halffull_replica_queued_prefill_tokens", "Prompt tokens to compute of requests without a first token."), shown, replica => replica.Account.SentPrefillTokens);
        Each(text.Gauge("halffull_replica_share", "Share of its load that the replica may have: below 1 in slow start, 0 while ejected or frozen."), shown, share);
        Each(text.Counter("halffull_replica_requests_total", "Attempts sent."), shown, replica => replica.Requests);
        Each(text.Counter("halffull_replica_failures_total", "Attempts that failed through the replica's fault."), shown, replica => replica.Failures);
        Each(text.Gauge("halffull_ledger_drift_tokens", "KV tokens that the replica reports beyond the ledger."), shown, replica => replica.DriftTokens);
        Each(text.Gauge("halffull_replica_prefill_tokens_per_second", "Learned prefill rate."), shown, replica => replica.Rates.PrefillTokensPerSecond);
        Each(text.Gauge("halffull_replica_step_seconds", "Learned duration of a step."), shown, replica => replica.Rates.SecondsPerStep);
        return text.ToString();
    }

    private static void Each(PrometheusText text, RemoteReplica[] replicas, Func<RemoteReplica, double?> value)
    {
        foreach (var replica in replicas)
        {
            if (value(replica) is { } known)
            {
                text.Add(known, ("replica", replica.Name));
            }
        }
    }

    private static void Observe(long[] counts, ref double sum, TimeSpan value)
    {
        var bucket = 0;
        while (bucket < Bounds.Length && value.TotalSeconds > Bounds[bucket])
        {
            bucket++;
        }

        counts[bucket]++;
        sum += value.TotalSeconds;
    }
}
