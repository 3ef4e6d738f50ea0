using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace HalfFull.Gateway.Replicas;

/// <summary>
/// Reads a replica's metrics page: only the series that say something about load, under all the names that engines have given them. Sums over labels
/// (data-parallel ranks), largest for KV usage. A series that is missing or no plausible number is unknown.
/// </summary>
internal static class MetricsReader
{
    private static readonly (byte[] Name, Series Series, ReplicaFlavour Flavour)[] Names =
    [
        ("vllm:num_requests_waiting"u8.ToArray(), Series.Waiting, ReplicaFlavour.Vllm),
        ("vllm:num_requests_running"u8.ToArray(), Series.Running, ReplicaFlavour.Vllm),
        ("vllm:kv_cache_usage_perc"u8.ToArray(), Series.KvUsage, ReplicaFlavour.Vllm),
        ("vllm:gpu_cache_usage_perc"u8.ToArray(), Series.KvUsage, ReplicaFlavour.Vllm),
        ("vllm:generation_tokens"u8.ToArray(), Series.GenerationTokens, ReplicaFlavour.Vllm),
        ("vllm:prompt_tokens"u8.ToArray(), Series.PromptTokens, ReplicaFlavour.Vllm),
        ("vllm:prefix_cache_hits"u8.ToArray(), Series.CachedTokens, ReplicaFlavour.Vllm),
        ("vllm:gpu_prefix_cache_hits"u8.ToArray(), Series.CachedTokens, ReplicaFlavour.Vllm),
        ("vllm:time_to_first_token_seconds_sum"u8.ToArray(), Series.PrefillSeconds, ReplicaFlavour.Vllm),
        ("vllm:time_to_first_token_seconds_count"u8.ToArray(), Series.FirstTokens, ReplicaFlavour.Vllm),
        ("vllm:inter_token_latency_seconds_sum"u8.ToArray(), Series.GapSeconds, ReplicaFlavour.Vllm),
        ("vllm:inter_token_latency_seconds_count"u8.ToArray(), Series.Gaps, ReplicaFlavour.Vllm),
        ("vllm:time_per_output_token_seconds_sum"u8.ToArray(), Series.GapSeconds, ReplicaFlavour.Vllm),
        ("vllm:time_per_output_token_seconds_count"u8.ToArray(), Series.Gaps, ReplicaFlavour.Vllm),
        ("vllm:cache_config_info"u8.ToArray(), Series.CacheConfig, ReplicaFlavour.Vllm),
        ("sglang:num_queue_reqs"u8.ToArray(), Series.Waiting, ReplicaFlavour.Sglang),
        ("sglang:num_running_reqs"u8.ToArray(), Series.Running, ReplicaFlavour.Sglang),
        ("sglang:token_usage"u8.ToArray(), Series.KvUsage, ReplicaFlavour.Sglang),
        ("sglang:generation_tokens"u8.ToArray(), Series.GenerationTokens, ReplicaFlavour.Sglang),
        ("sglang:prompt_tokens"u8.ToArray(), Series.PromptTokens, ReplicaFlavour.Sglang),
        ("sglang:cached_tokens"u8.ToArray(), Series.CachedTokens, ReplicaFlavour.Sglang),
        ("sglang:time_to_first_token_seconds_sum"u8.ToArray(), Series.PrefillSeconds, ReplicaFlavour.Sglang),
        ("sglang:time_to_first_token_seconds_count"u8.ToArray(), Series.FirstTokens, ReplicaFlavour.Sglang),
        ("sglang:inter_token_latency_seconds_sum"u8.ToArray(), Series.GapSeconds, ReplicaFlavour.Sglang),
        ("sglang:inter_token_latency_seconds_count"u8.ToArray(), Series.Gaps, ReplicaFlavour.Sglang),
        ("sglang:cache_config_info"u8.ToArray(), Series.CacheConfig, ReplicaFlavour.Sglang),
        ("tgi_queue_size"u8.ToArray(), Series.Waiting, ReplicaFlavour.Tgi),
        ("tgi_batch_current_size"u8.ToArray(), Series.Running, ReplicaFlavour.Tgi),
        ("llamacpp:requests_deferred"u8.ToArray(), Series.Waiting, ReplicaFlavour.LlamaCpp),
        ("llamacpp:requests_processing"u8.ToArray(), Series.Running, ReplicaFlavour.LlamaCpp),
        ("llamacpp:kv_cache_usage_ratio"u8.ToArray(), Series.KvUsage, ReplicaFlavour.LlamaCpp),
        ("llamacpp:tokens_predicted"u8.ToArray(), Series.GenerationTokens, ReplicaFlavour.LlamaCpp),
        ("llamacpp:prompt_tokens"u8.ToArray(), Series.PromptTokens, ReplicaFlavour.LlamaCpp),
        ("llamacpp:prompt_seconds"u8.ToArray(), Series.PrefillSeconds, ReplicaFlavour.LlamaCpp),
        ("llamacpp:tokens_predicted_seconds"u8.ToArray(), Series.GapSeconds, ReplicaFlavour.LlamaCpp),
        ("trtllm_num_requests_waiting"u8.ToArray(), Series.Waiting, ReplicaFlavour.TensorRt),
        ("trtllm_num_requests_running"u8.ToArray(), Series.Running, ReplicaFlavour.TensorRt),
        ("trtllm_kv_cache_utilization"u8.ToArray(), Series.KvUsage, ReplicaFlavour.TensorRt),
        ("process_start_time_seconds"u8.ToArray(), Series.StartTime, ReplicaFlavour.Unknown),
    ];

    private enum Series
    {
        Waiting,
        Running,
        KvUsage,
        GenerationTokens,
        PromptTokens,
        CachedTokens,
        PrefillSeconds,
        FirstTokens,
        GapSeconds,
        Gaps,
        StartTime,
        CacheConfig,
    }

    /// <summary>Reads a page.</summary>
    public static EngineReport Read(ReadOnlySpan<byte> page)
    {
        Span<double> values = stackalloc double[(int)Series.CacheConfig + 1];
        values.Fill(double.NaN);
        var flavour = ReplicaFlavour.Unknown;
        foreach (var range in page.Split((byte)'\n'))
        {
            var line = page[range];
            if (line.IsEmpty || line[0] == '#' || !TryFind(line, out var length, out var series, out var found))
            {
                continue;
            }

            flavour = found == ReplicaFlavour.Unknown ? flavour : found;
            var labels = Labels(line[length..], out var rest);
            var value = series == Series.CacheConfig ? Capacity(labels) : Number(rest);
            ref var sum = ref values[(int)series];
            sum = double.IsNaN(sum) ? value : series == Series.KvUsage ? Math.Max(sum, value) : sum + value;
        }

        return new EngineReport
        {
            Waiting = Count(values[(int)Series.Waiting]),
            Running = Count(values[(int)Series.Running]),
            KvUsage = values[(int)Series.KvUsage] is var usage and >= 0 and <= 1.5 ? Math.Min(usage, 1) : null,
            GenerationTokens = Known(values[(int)Series.GenerationTokens]),
            PromptTokens = Known(values[(int)Series.PromptTokens]),
            CachedTokens = Known(values[(int)Series.CachedTokens]),
            PrefillSeconds = Known(values[(int)Series.PrefillSeconds]),
            FirstTokens = Known(values[(int)Series.FirstTokens]),
            GapSeconds = Known(values[(int)Series.GapSeconds]),
            Gaps = Known(flavour == ReplicaFlavour.LlamaCpp ? values[(int)Series.GenerationTokens] : values[(int)Series.Gaps]),
            StartTime = Known(values[(int)Series.StartTime]),
            KvCapacityTokens = values[(int)Series.CacheConfig] is var capacity and >= 1 and < 1e15 ? (long)capacity : null,
            Flavour = flavour,
        };
    }

    private static bool TryFind(ReadOnlySpan<byte> line, out int length, out Series series, out ReplicaFlavour flavour)
    {
        foreach (var (name, known, of) in Names)
        {
            if (!line.StartsWith(name))
            {
                continue;
            }

            // Counters may or may not end in _total.
            length = name.Length + (line[name.Length..].StartsWith("_total"u8) ? "_total".Length : 0);
            if (length < line.Length && line[length] is (byte)'{' or (byte)' ' or (byte)'\t')
            {
                series = known;
                flavour = of;
                return true;
            }
        }

        length = 0;
        series = default;
        flavour = default;
        return false;
    }

    private static ReadOnlySpan<byte> Labels(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> rest)
    {
        rest = text;
        if (text.IsEmpty || text[0] != '{')
        {
            return [];
        }

        var end = text.LastIndexOf((byte)'}');
        if (end < 0)
        {
            return [];
        }

        rest = text[(end + 1)..];
        return text[1..end];
    }

    private static double Number(ReadOnlySpan<byte> text)
    {
        text = text.Trim(" \t\r"u8);
        return Utf8Parser.TryParse(text, out double number, out var used) && (used == text.Length || text[used] == ' ') && number >= 0 && double.IsFinite(number)
            ? number
            : double.NaN;
    }

    private static double Capacity(ReadOnlySpan<byte> labels) =>
        Label(labels, "block_size"u8) * Label(labels, "num_gpu_blocks"u8) is var vllm && !double.IsNaN(vllm)
            ? vllm
            : Label(labels, "page_size"u8) * Label(labels, "num_pages"u8);

    private static double Label(ReadOnlySpan<byte> labels, ReadOnlySpan<byte> name)
    {
        foreach (var range in labels.Split((byte)','))
        {
            var label = labels[range].Trim((byte)' ');
            if (label.StartsWith(name) && label.Length > name.Length + 2 && label[name.Length] == '=')
            {
                var value = Encoding.UTF8.GetString(label[(name.Length + 1)..].Trim((byte)'"'));
                return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : double.NaN;
            }
        }

        return double.NaN;
    }

    private static int? Count(double value) => value is >= 0 and < int.MaxValue ? (int)value : null;

    private static double? Known(double value) => double.IsFinite(value) ? value : null;
}
