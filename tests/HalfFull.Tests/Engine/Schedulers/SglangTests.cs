using HalfFull.Engine;
using HalfFull.Engine.Schedulers;
using HalfFull.Engine.Schedulers.Parts;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of SGLang.</summary>
public sealed class SglangTests
{
    [Fact]
    public void A_prefill_step_goes_before_decoding_and_long_prompts_are_cut()
    {
        var engine = Start(options: new Sglang.Options { Chunk = 100 });
        engine.Submit(Given.Request(id: 1, prompt: 30), output: 3);
        engine.Submit(Given.Request(id: 2, prompt: 150), output: 2);

        Assert.Equal("1:30 2:70", engine.Step());
        Assert.Equal("2:80", engine.Step());
        Assert.Equal("1:1 2:1", engine.Step());
        Assert.Equal("1:1", engine.Step());
    }

    [Fact]
    public void Mixed_chunks_decode_in_prefill_steps_too()
    {
        var engine = Start(options: new Sglang.Options { Chunk = 100, MixedChunk = true });
        engine.Submit(Given.Request(id: 1, prompt: 30), output: 3);
        engine.Submit(Given.Request(id: 2, prompt: 180), output: 2);

        Assert.Equal("1:30 2:70", engine.Step());
        Assert.Equal("1:1 2:99", engine.Step());
        Assert.Equal("1:1 2:11", engine.Step());
    }

    [Fact]
    public void A_newcomer_needs_room_for_its_limit_beside_a_share_of_the_others()
    {
        // Blocks of one token. 1 holds 10 tokens after its prefill and may emit 99 more: 0.7 * 99 = 69.3 of the 190 that are free, which leaves 120.7.
        foreach (var (max, admitted) in new[] { (109, true), (110, false) })
        {
            var engine = Start(Given.Limits(blocks: 200, blockSize: 1));
            engine.Submit(Given.Request(id: 1, prompt: 10, max: 100), output: 50);
            Assert.Equal("1:10", engine.Step());
            engine.Submit(Given.Request(id: 2, prompt: 10, max: max), output: 50);

            // 10 for the prompt, one for the page and the limit: 120 fits, 121 does not.
            Assert.Equal(admitted ? "2:10" : "1:1", engine.Step());
        }
    }

    [Fact]
    public void Once_refused_nobody_is_asked_before_somebody_leaves()
    {
        var engine = Start(Given.Limits(blocks: 200, blockSize: 1));
        engine.Submit(Given.Request(id: 1, prompt: 10, max: 100), output: 40);
        engine.Step();
        engine.Submit(Given.Request(id: 2, prompt: 10, max: 110), output: 2);

        // The ratio falls with each step, so that 2 would fit in the next one.
        for (var i = 0; i < 39; i++)
        {
            Assert.Equal("1:1", engine.Step());
        }

        Assert.Equal("2:10", engine.Step());
    }

    [Fact]
    public void Retracts_the_fewest_outputs_to_the_end_of_the_queue()
    {
        // Forty blocks of one token, and no caution: the ratio is 0 until the retraction.
        var engine = Start(Given.Limits(blocks: 40, blockSize: 1), new Sglang.Options { Conservativeness = 0 });
        engine.Submit(Given.Request(id: 1, prompt: 10, max: 21), output: 20);
        Assert.Equal("1:10", engine.Step());
        Assert.Equal("1:1", engine.Step());
        engine.Submit(Given.Request(id: 2, prompt: 10, max: 15), output: 15);
        Assert.Equal("2:10", engine.Step());
        for (var step = 4; step <= 12; step++)
        {
            Assert.Equal("1:1 2:1", engine.Step());
        }

        // 39 blocks are in use; 3 is refused; 1 takes the last one and 2, with 10 outputs against 11, is retracted. The ratio is 31 / 22, cut to 1.
        engine.Submit(Given.Request(id: 3, prompt: 2, max: 1), output: 1);
        Assert.Equal("1:1", engine.Step());
        Assert.Equal(1, engine.Replica.Preemptions);

        // Of 19 free blocks 1 may want 9: 3 needs 4 of the other 10; 2, now behind it, 26.
        Assert.Equal("3:2", engine.Step());
        engine.RunToEnd();
        Assert.Equal([3L, 1L, 2L], engine.Records.Select(record => record.Id));
    }

    [Fact]
    public void A_sole_survivor_can_always_grow_to_the_end_of_the_pool()
    {
        var engine = Start(Given.Limits(blocks: 2));
        engine.Submit(Given.Request(id: 1, prompt: 20), output: 1000);
        engine.RunToEnd();

        Assert.Equal(13, Assert.Single(engine.Records).OutputTokens);
    }

    [Theory]
    [InlineData(Sglang.Ordering.Fcfs, "1 2 3 4")]
    [InlineData(Sglang.Ordering.Lof, "4 2 1 3")]
    [InlineData(Sglang.Ordering.Lpm, "2 4 1 3")]
    [InlineData(Sglang.Ordering.DfsWeight, "2 4 1 3")]
    public void The_orders_differ(Sglang.Ordering order, string expected)
    {
        // 9 leaves [5, 6] and [7] cached; 1 has nothing cached, 2 has [5, 6], 3 shares [1, 2] with 1, 4 has [5].
        var engine = Start(Given.Limits(seats: 1), new Sglang.Options { Order = order });
        engine.Submit(Given.Request(id: 9, prompt: 40, hashes: [5, 6]), output: 2);
        Assert.Equal("9:40", engine.Step());
        engine.Submit(Given.Request(id: 1, prompt: 40, max: 30, hashes: [1, 2]), output: 1);
        engine.Submit(Given.Request(id: 2, prompt: 40, max: 40, hashes: [5, 6]), output: 1);
        engine.Submit(Given.Request(id: 3, prompt: 40, max: 20, hashes: [1, 2]), output: 1);
        engine.Submit(Given.Request(id: 4, prompt: 40, max: 50, hashes: [5, 8]), output: 1);
        engine.RunToEnd();

        Assert.Equal($"9 {expected}", string.Join(' ', engine.FirstTokens));
    }

    [Fact]
    public void Highest_response_ratio_counts_the_prefill_work_done_since_joining()
    {
        var engine = Start(Given.Limits(seats: 1), new Sglang.Options { Order = Sglang.Ordering.Hrrn });
        engine.Submit(Given.Request(id: 1, prompt: 100), output: 1);
        engine.Submit(Given.Request(id: 2, prompt: 90), output: 1);
        Assert.Equal("1:100", engine.Step());
        engine.Submit(Given.Request(id: 3, prompt: 10), output: 1);
        engine.Submit(Given.Request(id: 4, prompt: 80), output: 1);

        // 2 has waited for 100 tokens of work and needs 90; the others have waited for none. Then 3 has 90 / 10 against 90 / 80 of 4.
        engine.RunToEnd();
        Assert.Equal([1L, 2L, 3L, 4L], engine.FirstTokens);
    }

    [Fact]
    public void The_ratio_falls_to_its_floor_in_six_hundred_steps_and_jumps_after_a_retraction()
    {
        var ratio = new NewTokenRatio(conservativeness: 1);
        Assert.Equal(0.7, ratio.Value);
        ratio.Decoded(300);
        Assert.Equal(0.7 * 0.57, ratio.Value, tolerance: 1e-9);
        ratio.Decoded(400);
        Assert.Equal(0.7 * 0.14, ratio.Value, tolerance: 1e-9);

        var engine = Start();
        engine.Submit(Given.Request(id: 1, prompt: 10, max: 99), output: 50);
        engine.Step();
        ratio.Retracted([.. engine.Replica.Plan.Scheduled]);
        Assert.Equal(21 / 100.0, ratio.Value);
        ratio.Reset();
        Assert.Equal(0.7, ratio.Value);
    }

    private static Given.DrivenEngine Start(EngineLimits? limits = null, Sglang.Options? options = null) =>
        Given.Engine((_, _) => new Sglang(options ?? new Sglang.Options()), limits ?? Given.Limits());
}
