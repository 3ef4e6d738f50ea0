using HalfFull.Engine.StepTime;

namespace HalfFull.Tests.Engine.StepTime;

public sealed class KvTransferTimeTests
{
    private static readonly ModelShape Llama3 = StepModelCatalog.Models.First(model => model.Name == "llama-3-8b");

    [Fact]
    public void The_kv_of_a_token_of_llama_3_8b_has_128_kib()
    {
        // 2 (keys and values) × 2 bytes × 32 layers × 8 heads × 128.
        Assert.Equal(131_072, Llama3.KvBytesPerToken(1));
    }

    [Theory]
    [InlineData(2, 65_536)]
    [InlineData(8, 16_384)]
    [InlineData(16, 16_384)]
    public void Each_gpu_has_its_share_of_the_heads_and_never_less_than_one(int tp, double bytes) =>
        Assert.Equal(bytes, Llama3.KvBytesPerToken(tp));

    [Fact]
    public void A_thousand_tokens_over_25_gigabytes_per_second_take_their_bytes_and_the_latency()
    {
        var time = KvTransferTime.For(Llama3, 1, 25e9, TimeSpan.FromMilliseconds(1));

        // 131,072,000 bytes / 25e9 = 5.24288 ms.
        Assert.Equal(TimeSpan.FromTicks(52_429), time.LinkTime(1000));
        Assert.Equal(TimeSpan.FromTicks(62_429), time.Of(1000));
        Assert.Equal(TimeSpan.FromMilliseconds(1), time.Of(0));
    }

    [Fact]
    public void Gpus_of_one_replica_send_at_the_same_time() => Assert.Equal(
        KvTransferTime.For(Llama3, 1, 25e9, TimeSpan.Zero).Of(4096),
        KvTransferTime.For(Llama3, 4, 25e9 / 4, TimeSpan.Zero).Of(4096));

    [Fact]
    public void Refuses_what_has_no_size_no_speed_or_goes_back_in_time()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => new KvTransferTime(0, 1, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new KvTransferTime(1, 0, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new KvTransferTime(1, 1, TimeSpan.FromTicks(-1)));
    }
}
