using HalfFull.Engine;
using HalfFull.Engine.Schedulers;
using HalfFull.Engine.Victims;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>LARRY's step: hand-worked schedules, one idea each. The order itself: <see cref="LarryOrderTests"/>; the gate: <see cref="SurvivalGateTests"/>.</summary>
public sealed class LarryTests
{
    /// <summary>
    /// 819,200 tokens/s and three waiting, so x = 13 u / 819,200 s. At 0.1 s: 1 has waited 0.1 for P = 0.0635; 2 0.06 for 0.0048; 3 0.01 for 0.0016:
    /// W - P = 0.0365, 0.0552, 0.0084. W / C = 20, 164, 82.
    /// </summary>
    [Theory]
    [InlineData(Larry.Ordering.Larry, "2:300 1:4000 3:100")]
    [InlineData(Larry.Ordering.Fcfs, "1:4000 2:300 3:100")]
    [InlineData(Larry.Ordering.Shortest, "3:100 2:300 1:4000")]
    [InlineData(Larry.Ordering.Hrrn, "2:300 3:100 1:4000")]
    public void The_order_decides_who_is_prefilled_first(Larry.Ordering ordering, string expected)
    {
        var engine = Start(Given.Limits(budget: 8192), new Larry.Options { Order = ordering });
        engine.Wait(0.1);
        engine.Submit(Given.Request(id: 1, prompt: 4000, arrival: 0));
        engine.Submit(Given.Request(id: 2, prompt: 300, arrival: 0.04));
        engine.Submit(Given.Request(id: 3, prompt: 100, arrival: 0.09));

        Assert.Equal(expected, engine.Step());
    }

    /// <summary>a has been served 4,000 tokens, b nothing: that counts as 4,000 tokens of cost for each request of a, so that b goes first although it arrived later.</summary>
    [Theory]
    [InlineData(false, "2:300 3:300")]
    [InlineData(true, "3:300 2:300")]
    public void With_fairness_a_tenants_excess_service_counts_against_it(bool fair, string expected)
    {
        var engine = Start(Given.Limits(budget: 8192), new Larry.Options { Fair = fair });
        engine.Submit(Given.Request(id: 1, prompt: 4000, tenant: "a"), output: 1);
        engine.Step();
        engine.Wait(0.1);
        engine.Submit(Given.Request(id: 3, prompt: 300, tenant: "b", arrival: 0.1), output: 1);
        engine.Submit(Given.Request(id: 2, prompt: 300, tenant: "a", arrival: 0.09), output: 1);

        Assert.Equal(expected, engine.Step());
    }

    [Fact]
    public void A_tenant_that_comes_back_has_no_credit_from_its_idleness()
    {
        var engine = Start(Given.Limits(budget: 8192, seats: 1), new Larry.Options { Fair = true });
        engine.Submit(Given.Request(id: 1, prompt: 4000, tenant: "a"), output: 1);
        engine.Submit(Given.Request(id: 2, prompt: 4000, tenant: "a"), output: 1);
        engine.Step();

        // b is lifted to a's service when it arrives: its two requests do not both pass a's.
        engine.Submit(Given.Request(id: 3, prompt: 4000, tenant: "b", arrival: 0.001), output: 1);
        engine.Submit(Given.Request(id: 4, prompt: 4000, tenant: "b", arrival: 0.001), output: 1);
        engine.RunToEnd();
        Assert.Equal([1L, 2L, 3L, 4L], engine.FirstTokens);
    }

    [Theory]
    [InlineData(Larry.PriorityRule.None, "1:4000 2:4000")]
    [InlineData(Larry.PriorityRule.Aged, "2:4000 1:4000")]
    [InlineData(Larry.PriorityRule.Strict, "2:4000 1:4000")]
    public void A_more_urgent_request_goes_first_where_priorities_count(Larry.PriorityRule rule, string expected)
    {
        var engine = Start(Given.Limits(budget: 8192), new Larry.Options { Priority = rule });
        engine.Wait(0.02);
        engine.Submit(Given.Request(id: 1, prompt: 4000));
        engine.Submit(Given.Request(id: 2, prompt: 4000, arrival: 0.01) with { Priority = 1 });
        Assert.Equal(expected, engine.Step());
    }

    /// <summary>After A a less urgent request goes before a newly arrived urgent one, unless classes are strict.</summary>
    [Theory]
    [InlineData(Larry.PriorityRule.Aged, "1:4000 2:4000")]
    [InlineData(Larry.PriorityRule.Strict, "2:4000 1:4000")]
    public void Ageing_bounds_what_a_priority_can_do(Larry.PriorityRule rule, string expected)
    {
        var engine = Start(Given.Limits(budget: 8192), new Larry.Options { Priority = rule, A = 1 });
        engine.Wait(3);
        engine.Submit(Given.Request(id: 1, prompt: 4000) with { Priority = -9 });
        engine.Submit(Given.Request(id: 2, prompt: 4000, arrival: 2.9) with { Priority = 9 });
        Assert.Equal(expected, engine.Step());
    }

    [Fact]
    public void Decodes_go_before_any_prefill()
    {
        var engine = Start(Given.Limits(budget: 100));
        engine.Submit(Given.Request(id: 1, prompt: 50));
        engine.Step();
        engine.Submit(Given.Request(id: 2, prompt: 500));

        Assert.Equal("1:1 2:99", engine.Step());
    }

    [Theory]
    [InlineData(true, "2:30 1:70")]
    [InlineData(false, "1:100")]
    public void A_better_placed_request_starts_before_the_rest_of_a_long_prompt(bool yield, string expected)
    {
        var engine = Start(Given.Limits(budget: 100), new Larry.Options { Yield = yield });
        engine.Submit(Given.Request(id: 1, prompt: 1000));
        Assert.Equal("1:100", engine.Step());
        engine.Submit(Given.Request(id: 2, prompt: 30, arrival: 0.01));

        Assert.Equal(expected, engine.Step());
    }

    /// <summary>Each newcomer is better placed than all before it. A third may not leave a prompt unfinished, but one that ends in this step may start.</summary>
    [Theory]
    [InlineData(2, "2:100", "4:30 2:70")]
    [InlineData(3, "3:100", "4:30 3:70")]
    public void New_admissions_add_to_at_most_so_many_partial_prefills(int partials, string third, string fourth)
    {
        var engine = Start(Given.Limits(budget: 100), new Larry.Options { Partials = partials });
        engine.Submit(Given.Request(id: 1, prompt: 2000));
        Assert.Equal("1:100", engine.Step());
        engine.Submit(Given.Request(id: 2, prompt: 1000, arrival: 0.01));
        Assert.Equal("2:100", engine.Step());
        engine.Submit(Given.Request(id: 3, prompt: 500, arrival: 0.02));
        Assert.Equal(third, engine.Step());
        engine.Submit(Given.Request(id: 4, prompt: 30, arrival: 0.03));
        Assert.Equal(fourth, engine.Step());
    }

    /// <summary>1 has waited longest of all costs and is partial; 2 is better placed, but would be the second partial one: 1 ends first, and 2 takes what is left.</summary>
    [Fact]
    public void A_newcomer_that_would_be_one_partial_too_many_starts_when_an_old_one_ends_in_this_step()
    {
        var engine = Start(Given.Limits(budget: 100), new Larry.Options { Partials = 1, Base = 1000 });
        engine.Submit(Given.Request(id: 1, prompt: 160));
        Assert.Equal("1:100", engine.Step());
        engine.Submit(Given.Request(id: 2, prompt: 120, arrival: 0.01));

        Assert.Equal("1:60 2:40", engine.Step());
    }

    /// <summary>Without yield the old partial prefill is scheduled first; if its prompt ends in this step, it is none any more for those who come after it.</summary>
    [Fact]
    public void A_prefill_that_ends_in_this_step_leaves_room_for_another()
    {
        var engine = Start(Given.Limits(budget: 100), new Larry.Options { Yield = false, Partials = 1 });
        engine.Submit(Given.Request(id: 1, prompt: 160));
        Assert.Equal("1:100", engine.Step());
        engine.Submit(Given.Request(id: 2, prompt: 90));

        Assert.Equal("1:60 2:40", engine.Step());
    }

    /// <summary>
    /// 1 holds 101 tokens and has one output, 2 brings 100; their outputs are cut to the pool. Of the horizons below that, 384 steps need most, with p = 1/4:
    /// U + sqrt(V) = 246.25 + 301.6 = 547.9, of 35 * 16 = 560 or 34 * 16 = 544. In 15 blocks U alone is at most (237 + 236) / 2 = 236.5 of 240, at 128
    /// steps; in 14 it is 117 + 116 = 233 of 224, at 8.
    /// </summary>
    [Theory]
    [InlineData(35, 1, "1:1 2:100")]
    [InlineData(34, 1, "1:1")]
    [InlineData(15, 0, "1:1 2:100")]
    [InlineData(14, 0, "1:1")]
    public void The_gate_admits_what_will_probably_fit(int blocks, double z, string expected)
    {
        var engine = Start(Given.Limits(blocks: blocks), new Larry.Options { Z = z });
        engine.Submit(Given.Request(id: 1), output: 50);
        engine.Step();
        engine.Submit(Given.Request(id: 2), output: 50);

        Assert.Equal(expected, engine.Step());
    }

    /// <summary>1% of 200 blocks are 2. 1 holds 188 with its next token, so that 10 more may be taken: 160 tokens, not 161.</summary>
    [Theory]
    [InlineData(160, "1:1 2:160")]
    [InlineData(161, "1:1")]
    public void The_full_prompt_gate_leaves_one_percent_free(int prompt, string expected)
    {
        var engine = Start(Given.Limits(blocks: 200, budget: 4096), new Larry.Options { Gate = Larry.GateRule.FullPrompt });
        engine.Submit(Given.Request(id: 1, prompt: 3000), output: 50);
        engine.Step();
        engine.Submit(Given.Request(id: 2, prompt: prompt), output: 50);

        Assert.Equal(expected, engine.Step());
    }

    /// <summary>3 blocks are free: a chunk of 39 tokens fits, the prompt of 100 does not.</summary>
    [Theory]
    [InlineData(Larry.GateRule.PerChunk, "1:1 2:39")]
    [InlineData(Larry.GateRule.FullPrompt, "1:1")]
    [InlineData(Larry.GateRule.Survival, "1:1")]
    public void The_per_chunk_gate_looks_no_further_than_the_chunk(Larry.GateRule gate, string expected)
    {
        var engine = Start(Given.Limits(blocks: 10, budget: 40), new Larry.Options { Gate = gate });
        engine.Submit(Given.Request(id: 1), output: 50);
        engine.Step();
        engine.Step();
        engine.Step();
        engine.Submit(Given.Request(id: 2), output: 50);

        Assert.Equal(expected, engine.Step());
    }

    /// <summary>
    /// 1 holds 101 tokens, 7 blocks and one to grow into: 128, and grows by 48 more; 2 the same and 19. The peak is 2 * (128 + 19) = 294 tokens: 19 blocks, not 18.
    /// Predicted 300 instead of 20, 2 outgrows 1: 128 + 299 = 427 tokens: 27 blocks, not 26.
    /// </summary>
    [Theory]
    [InlineData(19, 20, true)]
    [InlineData(18, 20, false)]
    [InlineData(27, 300, true)]
    [InlineData(26, 300, false)]
    public void The_oracle_gate_admits_by_the_exact_future_peak(int blocks, int predicted, bool admitted)
    {
        var engine = Start(Given.Limits(blocks: blocks), new Larry.Options { Gate = Larry.GateRule.Oracle });
        engine.Submit(Given.Request(id: 1, predicted: 50), output: 50);
        engine.Step();
        engine.Submit(Given.Request(id: 2, predicted: predicted), output: predicted);

        Assert.Equal(admitted ? "1:1 2:100" : "1:1", engine.Step());
        Assert.True(engine.Scheduler.NeedsPrediction);
        engine.RunToEnd();
        Assert.Equal(0, engine.Replica.Preemptions);
    }

    [Fact]
    public void A_refused_head_is_not_bypassed_and_is_admitted_when_nothing_runs()
    {
        var engine = Start(Given.Limits(blocks: 20));
        engine.Submit(Given.Request(id: 1), output: 3);
        engine.Step();
        engine.Submit(Given.Request(id: 2, prompt: 300, arrival: -100), output: 1);
        engine.Submit(Given.Request(id: 3, prompt: 10), output: 1);

        Assert.Equal("1:1", engine.Step());
        Assert.Equal("1:1", engine.Step());
        Assert.StartsWith("2:300", engine.Step(), StringComparison.Ordinal);
    }

    /// <summary>What is left of a prompt that is begun counts: 1 needs 32 of the 50 blocks and holds 7, so that 2 finds 18 for its 19, not 43.</summary>
    [Theory]
    [InlineData(Larry.GateRule.Survival)]
    [InlineData(Larry.GateRule.FullPrompt)]
    [InlineData(Larry.GateRule.Oracle)]
    public void Prompts_alone_never_over_commit_memory(Larry.GateRule gate)
    {
        var engine = Start(Given.Limits(blocks: 50, budget: 100), new Larry.Options { Gate = gate });
        engine.Submit(Given.Request(id: 1, prompt: 500, max: 1, predicted: 1), output: 1);
        Assert.Equal("1:100", engine.Step());
        engine.Submit(Given.Request(id: 2, prompt: 300, max: 1, predicted: 1, arrival: 0.01), output: 1);

        Assert.Equal("1:100", engine.Step());
        engine.RunToEnd();
        Assert.Equal(0, engine.Replica.Preemptions);
    }

    /// <summary>b is an EWMA of 0.02: it rises with each refusal, falls while nobody waits and stays while the gate is not asked.</summary>
    [Fact]
    public void Memory_pressure_follows_the_refusals_of_the_gate()
    {
        var engine = Start(Given.Limits(blocks: 20, seats: 2));
        engine.Submit(Given.Request(id: 1), output: 60);
        engine.Step();
        Assert.Equal(0, Pressure(engine));
        var refused = engine.Submit(Given.Request(id: 2, prompt: 300), output: 1);
        engine.Step();
        Assert.Equal(0.02, Pressure(engine), 1e-12);
        engine.Step();
        Assert.Equal(0.0396, Pressure(engine), 1e-12);

        engine.Replica.Abort(refused, engine.Now);
        engine.Step();
        Assert.Equal(0.0396 * 0.98, Pressure(engine), 1e-12);

        // With both seats taken nobody asks the gate.
        engine.Submit(Given.Request(id: 3, prompt: 1, max: 30), output: 30);
        engine.Step();
        Assert.Equal(2, engine.Replica.Running);
        var before = Pressure(engine);
        engine.Submit(Given.Request(id: 4, prompt: 300), output: 1);
        engine.Step();
        Assert.Equal(before, Pressure(engine));
    }

    [Fact]
    public void Who_was_preempted_with_output_is_resumed_before_anybody_better_placed()
    {
        var engine = Start(Given.Limits(blocks: 4), new Larry.Options { Gate = Larry.GateRule.PerChunk });
        engine.Submit(Given.Request(id: 1, prompt: 30), output: 10);
        engine.Submit(Given.Request(id: 2, prompt: 30), output: 10);
        for (var step = 1; step <= 4; step++)
        {
            engine.Step();
        }

        // 1 took the block of its 33rd token from 2, which has three outputs. 3 is smaller and older than 2.
        Assert.Equal((1, 1L), (engine.Replica.Waiting, engine.Replica.Preemptions));
        engine.Submit(Given.Request(id: 3, prompt: 2, arrival: -5), output: 1);
        for (var step = 5; step <= 10; step++)
        {
            Assert.Equal("1:1", engine.Step());
        }

        Assert.Equal("2:33 3:2", engine.Step());
    }

    /// <summary>All 5 blocks are full. The newest, 2, gives way to 1; or 1 itself, which has 32 tokens to compute again and not 48.</summary>
    [Theory]
    [InlineData(VictimChoice.Newest, "1:1")]
    [InlineData(VictimChoice.LeastRecompute, "2:1")]
    public void The_victim_is_the_newest_or_the_one_with_least_to_compute_again(VictimChoice victim, string expected)
    {
        var engine = Start(Given.Limits(blocks: 5), new Larry.Options { Gate = Larry.GateRule.PerChunk, Victim = victim });
        engine.Submit(Given.Request(id: 1, prompt: 32));
        engine.Submit(Given.Request(id: 2, prompt: 48));
        Assert.Equal("1:32 2:48", engine.Step());

        Assert.Equal(expected, engine.Step());
    }

    [Fact]
    public void Nobody_is_admitted_in_a_step_that_preempted()
    {
        var engine = Start(Given.Limits(blocks: 5), new Larry.Options { Gate = Larry.GateRule.PerChunk });
        engine.Submit(Given.Request(id: 1, prompt: 32));
        engine.Submit(Given.Request(id: 2, prompt: 48));
        engine.Step();
        engine.Submit(Given.Request(id: 3, prompt: 1));

        Assert.Equal("1:1", engine.Step());
        Assert.Equal(1, engine.Replica.Preemptions);
    }

    private static double Pressure(Given.DrivenEngine engine) => ((LarryOrder)engine.Scheduler.Order).MemoryPressure;

    private static Given.DrivenEngine Start(EngineLimits limits, Larry.Options? options = null) =>
        Given.Engine((_, rates) => new Larry(options ?? new Larry.Options(), rates), limits);
}
