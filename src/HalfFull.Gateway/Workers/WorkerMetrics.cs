using HalfFull.Engine;
using HalfFull.Engine.Hosting;

namespace HalfFull.Gateway.Workers;

/// <summary>An emulated replica's figures under vLLM's names.</summary>
internal static class WorkerMetrics
{
    /// <summary>Prometheus text.</summary>
    public static string Text(EngineStats stats, EngineLimits limits, string model)
    {
        var text = new PrometheusText();
        (string, string)[] labels = [("model_name", model)];
        text.Gauge("vllm:num_requests_running", "Requests running.").Add(stats.Running, labels);
        text.Gauge("vllm:num_requests_waiting", "Requests waiting.").Add(stats.Waiting, labels);
        text.Gauge("vllm:kv_cache_usage_perc", "Share of KV blocks in use, 0 to 1.").Add((double)stats.KvTokensInUse / limits.KvCapacityTokens, labels);
        text.Counter("vllm:prefix_cache_queries_total", "Prompt tokens looked up in the prefix cache.").Add(limits.PrefixCaching ? stats.PromptTokens : 0, labels);
        text.Counter("vllm:prefix_cache_hits_total", "Prompt tokens found in the prefix cache.").Add(stats.CachedTokens, labels);
        text.Counter("vllm:prompt_tokens_total", "Prompt tokens computed or found.").Add(stats.PromptTokens, labels);
        text.Counter("vllm:generation_tokens_total", "Output tokens.").Add(stats.OutputTokens, labels);
        Histogram(text, "vllm:time_to_first_token_seconds", "Time to first token.", stats.FirstTokens, stats.FirstTokenTime, labels);
        Histogram(text, "vllm:inter_token_latency_seconds", "Time between output tokens.", stats.Gaps, stats.GapTime, labels);
        text.Counter("vllm:num_preemptions_total", "Preemptions.").Add(stats.Preemptions, labels);
        text.Counter("vllm:request_success_total", "Requests that got all their tokens.").Add(stats.Completed, [("model_name", model), ("finished_reason", "length")]);
        text.Gauge("vllm:cache_config_info", "The KV cache's size.").Add(
            1, [("block_size", PrometheusText.Number(limits.BlockSize)), ("num_gpu_blocks", PrometheusText.Number(limits.KvBlocks))]);
        return text.ToString();
    }

    /// <summary>One bucket: sum and count are what gateways read.</summary>
    private static void Histogram(PrometheusText text, string name, string help, long count, TimeSpan sum, (string, string)[] labels) =>
        text.Histogram(name, help).AddHistogram([], [count], sum.TotalSeconds, labels);
}
