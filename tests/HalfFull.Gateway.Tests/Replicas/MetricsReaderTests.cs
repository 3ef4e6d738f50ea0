using System.Text;
using HalfFull.Gateway.Replicas;

namespace HalfFull.Gateway.Tests.Replicas;

public sealed class MetricsReaderTests
{
    [Fact]
    public void Reads_vllm_with_ranks_summed_and_usage_at_its_largest()
    {
        var report = Read("""
            # HELP vllm:num_requests_waiting Waiting.
            vllm:num_requests_waiting{engine="0",model_name="m"} 2.0
            vllm:num_requests_waiting{engine="1",model_name="m"} 3.0
            vllm:num_requests_running{engine="0"} 7
            vllm:kv_cache_usage_perc{engine="0"} 0.25
            vllm:kv_cache_usage_perc{engine="1"} 0.5
            vllm:generation_tokens_total{engine="0"} 1.5e3
            vllm:prompt_tokens_total 9
            vllm:prompt_tokens_recomputed_total 1
            vllm:cache_config_info{block_size="16",cache_dtype="auto",num_gpu_blocks="1000"} 1.0
            process_start_time_seconds 1.7e9
            """);

        Assert.Equal((5, 7, 0.5, 16_000L), (report.Waiting, report.Running, report.KvUsage, report.KvCapacityTokens));
        Assert.Equal((1500.0, 9.0, 1.7e9), (report.GenerationTokens, report.PromptTokens, report.StartTime));
        Assert.Equal(ReplicaFlavour.Vllm, report.Flavour);
    }

    [Theory]
    [InlineData("vllm:num_requests_waiting 1\nvllm:gpu_cache_usage_perc 0.1\n", 1, null, 0.1, ReplicaFlavour.Vllm)]
    [InlineData("sglang:num_queue_reqs{a=\"b\"} 4\nsglang:num_running_reqs 2\nsglang:token_usage 0.3", 4, 2, 0.3, ReplicaFlavour.Sglang)]
    [InlineData("tgi_queue_size 3\r\ntgi_batch_current_size 8\r\n", 3, 8, null, ReplicaFlavour.Tgi)]
    [InlineData("llamacpp:requests_deferred 1\nllamacpp:requests_processing 2\nllamacpp:kv_cache_usage_ratio 0.75", 1, 2, 0.75, ReplicaFlavour.LlamaCpp)]
    [InlineData("trtllm_num_requests_waiting 1\ntrtllm_num_requests_running 2\ntrtllm_kv_cache_utilization 0.5", 1, 2, 0.5, ReplicaFlavour.TensorRt)]
    public void Knows_the_names_of_each_engine(string page, int? waiting, int? running, double? usage, object flavour)
    {
        var report = Read(page);
        Assert.Equal((waiting, running, usage, flavour), (report.Waiting, report.Running, report.KvUsage, (object)report.Flavour));
    }

    [Theory]
    [InlineData("vllm:prompt_tokens_total 90\nvllm:prefix_cache_hits_total 30\nvllm:time_to_first_token_seconds_sum 2.5\nvllm:time_to_first_token_seconds_count 5\nvllm:inter_token_latency_seconds_sum 4\nvllm:inter_token_latency_seconds_count 80", 90.0, 30.0, 2.5, 5.0, 4.0, 80.0)]
    [InlineData("vllm:time_to_first_token_seconds_bucket{le=\"1.0\"} 5\nvllm:gpu_prefix_cache_hits_total 3\nvllm:time_per_output_token_seconds_sum 4\nvllm:time_per_output_token_seconds_count 8", null, 3.0, null, null, 4.0, 8.0)]
    [InlineData("sglang:prompt_tokens_total 7\nsglang:cached_tokens_total 2\nsglang:time_to_first_token_seconds_sum 1\nsglang:time_to_first_token_seconds_count 3\nsglang:inter_token_latency_seconds_sum 0.2\nsglang:inter_token_latency_seconds_count 10", 7.0, 2.0, 1.0, 3.0, 0.2, 10.0)]
    [InlineData("llamacpp:prompt_tokens_total 7\nllamacpp:prompt_tokens_seconds 99\nllamacpp:prompt_seconds_total 2\nllamacpp:tokens_predicted_total 50\nllamacpp:tokens_predicted_seconds_total 5", 7.0, null, 2.0, null, 5.0, 50.0)]
    public void Reads_what_teaches_rates(string page, double? prompts, double? cached, double? prefill, double? firstTokens, double? gapSeconds, double? gaps)
    {
        var report = Read(page);
        Assert.Equal((prompts, cached, prefill), (report.PromptTokens, report.CachedTokens, report.PrefillSeconds));
        Assert.Equal((firstTokens, gapSeconds, gaps), (report.FirstTokens, report.GapSeconds, report.Gaps));
    }

    [Theory]
    [InlineData("")]
    [InlineData("vllm:num_requests_waiting NaN")]
    [InlineData("vllm:num_requests_waiting -1")]
    [InlineData("vllm:num_requests_waiting +Inf")]
    [InlineData("vllm:num_requests_waiting_other 1")]
    [InlineData("<html>vllm:num_requests_waiting 1</html>")]
    [InlineData("vllm:num_requests_waiting{broken 1")]
    public void What_is_missing_or_no_number_is_unknown(string page)
    {
        Assert.Null(Read(page).Waiting);
        Assert.False(Read(page).IsKnown);
    }

    private static EngineReport Read(string page) => MetricsReader.Read(Encoding.UTF8.GetBytes(page));
}
