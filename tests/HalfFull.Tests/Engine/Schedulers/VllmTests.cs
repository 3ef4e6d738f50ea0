using HalfFull.Engine;
using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of vLLM V1.</summary>
public sealed class VllmTests
{
    [Fact]
    public void Chunks_a_long_prompt_by_the_budget_and_mixes_decodes_in()
    {
        var engine = Start(Given.Limits(budget: 100));
        engine.Submit(Given.Request(id: 1, prompt: 30), output: 4);
        engine.Submit(Given.Request(id: 2, prompt: 150), output: 2);

        Assert.Equal("1:30 2:70", engine.Step());
        Assert.Equal("1:1 2:80", engine.Step());
        Assert.Equal("1:1 2:1", engine.Step());
        Assert.Equal("1:1", engine.Step());
        Assert.Equal(string.Empty, engine.Step());
        Assert.Equal([2L, 1L], engine.Records.Select(record => record.Id));
    }

    [Fact]
    public void The_first_token_comes_with_the_last_chunk_and_each_decode_emits_one()
    {
        var engine = Start(Given.Limits(budget: 100));
        engine.Submit(Given.Request(id: 1, prompt: 150), output: 3);
        engine.RunToEnd();

        var record = Assert.Single(engine.Records);
        Assert.Equal(TimeSpan.FromMilliseconds(20), record.Ttft);
        Assert.Equal(TimeSpan.FromMilliseconds(40), record.E2E);
        Assert.Equal(TimeSpan.FromMilliseconds(10), record.Tpot);
        Assert.Equal(TimeSpan.Zero, record.Queue);
    }

    [Fact]
    public void The_head_of_the_queue_blocks_those_behind_it()
    {
        var engine = Start(Given.Limits(blocks: 10));
        engine.Submit(Given.Request(id: 1, prompt: 80), output: 3);
        engine.Submit(Given.Request(id: 2, prompt: 96), output: 1);
        engine.Submit(Given.Request(id: 3, prompt: 16), output: 1);

        Assert.Equal("1:80", engine.Step());
        Assert.Equal("1:1", engine.Step());
        Assert.Equal("1:1", engine.Step());
        Assert.Equal("2:96 3:16", engine.Step());
    }

    [Fact]
    public void The_full_gate_counts_the_whole_prompt_and_the_older_rule_only_the_chunk()
    {
        var limits = Given.Limits(blocks: 10, budget: 64);
        var gated = Start(limits);
        var ungated = Start(limits, new Vllm.Options { FullGate = false });
        foreach (var engine in new[] { gated, ungated })
        {
            engine.Submit(Given.Request(id: 1, prompt: 48), output: 100);
            engine.Submit(Given.Request(id: 2, prompt: 120), output: 1);
        }

        Assert.Equal("1:48", gated.Step());
        Assert.Equal("1:48 2:16", ungated.Step());
    }

    [Fact]
    public void Preempts_the_newest_and_keeps_its_output_and_place()
    {
        var engine = Start(Given.Limits(blocks: 4));
        engine.Submit(Given.Request(id: 1, prompt: 30), output: 10);
        engine.Submit(Given.Request(id: 2, prompt: 30), output: 10);
        engine.Submit(Given.Request(id: 3, prompt: 2), output: 1);

        Assert.Equal("1:30 2:30", engine.Step());
        Assert.Equal("1:1 2:1", engine.Step());
        Assert.Equal("1:1 2:1", engine.Step());

        // 1 needs a third block: 2, the newest, gives its two back, and nobody is admitted in this step.
        Assert.Equal("1:1", engine.Step());
        Assert.Equal(1, engine.Replica.Preemptions);
        Assert.Equal(2, engine.Replica.Waiting);
        engine.RunToEnd();

        // 2 kept its three tokens and went before 3.
        Assert.Equal([1L, 2L, 3L], engine.FirstTokens);
        Assert.Equal([1L, 3L, 2L], engine.Records.Select(record => record.Id));
        Assert.Equal(10, engine.Records.Single(record => record.Id == 2).OutputTokens);
        Assert.Equal(1, engine.Records.Single(record => record.Id == 2).Preemptions);
        Assert.Equal(32, engine.Replica.RecomputedTokens);
    }

    [Fact]
    public void The_watermark_binds_admissions_only_while_something_runs()
    {
        var engine = Start(Given.Limits(blocks: 10), new Vllm.Options { Watermark = 0.5 });
        engine.Submit(Given.Request(id: 1, prompt: 112), output: 5);
        engine.Submit(Given.Request(id: 2, prompt: 16), output: 5);

        Assert.Equal("1:112", engine.Step());
        Assert.Equal("1:1", engine.Step());
    }

    [Fact]
    public void Long_prefill_caps_one_sequence()
    {
        var engine = Start(Given.Limits(budget: 100), new Vllm.Options { LongPrefill = 40 });
        engine.Submit(Given.Request(id: 1, prompt: 100), output: 1);
        engine.Submit(Given.Request(id: 2, prompt: 100), output: 1);

        Assert.Equal("1:40 2:40", engine.Step());
    }

    [Fact]
    public void Seats_limit_what_runs()
    {
        var engine = Start(Given.Limits(seats: 2));
        for (var i = 1; i <= 3; i++)
        {
            engine.Submit(Given.Request(id: i, prompt: 10), output: 2);
        }

        Assert.Equal("1:10 2:10", engine.Step());
        Assert.Equal("1:1 2:1", engine.Step());
        Assert.Equal("3:10", engine.Step());
    }

    private static Given.DrivenEngine Start(EngineLimits limits, Vllm.Options? options = null) =>
        Given.Engine((_, _) => new Vllm(options ?? new Vllm.Options()), limits);
}
