using HalfFull.Engine;
using HalfFull.Engine.Victims;

namespace HalfFull.Tests.Engine;

/// <summary>Every call of a plan: what exactly it does, and that it changes nothing when it says no.</summary>
public sealed class StepPlanTests
{
    private readonly ScriptedScheduler scheduler = new(ScriptedScheduler.Everything);

    [Fact]
    public void Scheduling_is_cut_to_what_is_left_to_compute_and_to_the_budget()
    {
        var engine = Start(Given.Limits(budget: 100));
        engine.Submit(Given.Request(id: 1, prompt: 250));
        Assert.Equal("1:100", engine.Step());

        scheduler.Script = static (in engine, plan) =>
        {
            Assert.True(plan.TrySchedule(engine.Running[0], 30));
            Assert.Equal(70, plan.TokensLeft);
        };
        Assert.Equal("1:30", engine.Step());

        scheduler.Script = ScriptedScheduler.Everything;
        Assert.Equal("1:100", engine.Step());
        Assert.Equal("1:20", engine.Step());
        Assert.Equal("1:1", engine.Step());
    }

    [Theory]
    [InlineData(3, "2:1", "1:1")]
    [InlineData(4, "1:1", "1:1")]
    public void Whoever_is_about_to_emit_its_last_permitted_token_is_no_victim(int limit, string third, string fourth)
    {
        var engine = Start(Given.Limits(blocks: 4));
        engine.Submit(Given.Request(id: 1, prompt: 47), output: 10);
        engine.Submit(Given.Request(id: 2, prompt: 10, max: limit), output: limit);
        Assert.Equal("1:47 2:10", engine.Step());
        Assert.Equal("1:1 2:1", engine.Step());

        // 1 needs a fourth block. 2, the newest, has two tokens: with a limit of three it goes in this step anyway and 1 waits for it.
        Assert.Equal(third, engine.Step());
        Assert.Equal(fourth, engine.Step());
        Assert.Equal(limit == 3 ? 0 : 1, engine.Replica.Preemptions);
    }

    [Fact]
    public void What_is_not_running_scheduled_already_or_given_no_tokens_is_not_scheduled()
    {
        var engine = Start(Given.Limits(budget: 100));
        engine.Submit(Given.Request(id: 1, prompt: 40));
        engine.Step();
        var waiting = engine.Submit(Given.Request(id: 2, prompt: 40));

        scheduler.Script = (in engine, plan) =>
        {
            var running = engine.Running[0];
            Unchanged(plan, running, () => plan.TrySchedule(running, 0));
            Unchanged(plan, running, () => plan.TrySchedule(running, -5));
            Unchanged(plan, waiting, () => plan.TrySchedule(waiting));
            Assert.True(plan.TrySchedule(running));
            Unchanged(plan, running, () => plan.TrySchedule(running));
        };
        Assert.Equal("1:1", engine.Step());
    }

    [Fact]
    public void Admission_needs_a_seat_budget_and_blocks_and_changes_nothing_without()
    {
        foreach (var limits in new[] { Given.Limits(seats: 1), Given.Limits(budget: 40), Given.Limits(blocks: 3) })
        {
            var engine = Start(limits);
            engine.Submit(Given.Request(id: 1, prompt: 40));
            var refused = engine.Submit(Given.Request(id: 2, prompt: 40));
            scheduler.Script = (in engine, plan) =>
            {
                Assert.True(plan.TryAdmit(First(engine)));
                Unchanged(plan, refused, () => plan.TryAdmit(refused));
            };
            Assert.Equal("1:40", engine.Step());
            Assert.Equal(1, engine.Replica.Waiting);
        }
    }

    [Fact]
    public void Admission_takes_the_blocks_of_the_step_or_those_reserved()
    {
        var engine = Start(Given.Limits(blocks: 20));
        var small = engine.Submit(Given.Request(id: 1, prompt: 40));
        var large = engine.Submit(Given.Request(id: 2, prompt: 40));
        scheduler.Script = (in _, plan) =>
        {
            Assert.True(plan.TryAdmit(small, tokens: 20));
            Assert.Equal(18, plan.FreeBlocks);
            Assert.True(plan.TryAdmit(large, reserveBlocks: 5, tokens: 20));
            Assert.Equal(13, plan.FreeBlocks);
            Assert.Equal(1, plan.BlocksToComplete(small));
            Assert.Equal(0, plan.BlocksToComplete(large));
            Assert.Equal(5, plan.BlocksReclaimed(large));
        };
        Assert.Equal("1:20 2:20", engine.Step());
    }

    [Fact]
    public void A_reservation_larger_than_what_is_free_refuses_the_admission()
    {
        var engine = Start(Given.Limits(blocks: 20));
        var sequence = engine.Submit(Given.Request(id: 1, prompt: 40));
        scheduler.Script = (in _, plan) =>
        {
            Unchanged(plan, sequence, () => plan.TryAdmit(sequence, reserveBlocks: 21));
            Assert.True(plan.TryAdmit(sequence, reserveBlocks: 20));
            Assert.Equal(0, plan.FreeBlocks);
        };
        Assert.Equal("1:40", engine.Step());
    }

    [Fact]
    public void A_preemption_refunds_tokens_seat_and_blocks_and_keeps_output_and_arrival()
    {
        var engine = Start(Given.Limits(blocks: 20, seats: 1));
        var sequence = engine.Submit(Given.Request(id: 1, prompt: 40));
        engine.Step();
        engine.Step();
        var other = engine.Submit(Given.Request(id: 2, prompt: 10));
        scheduler.Script = (in _, plan) =>
        {
            Assert.True(plan.TrySchedule(sequence));
            Assert.Equal(0, plan.SeatsLeft);
            Assert.True(plan.Preempt(sequence));
            Assert.Equal(2048, plan.TokensLeft);
            Assert.Equal(1, plan.SeatsLeft);
            Assert.Equal(20, plan.FreeBlocks);
            Assert.True(plan.HasPreempted);
            Unchanged(plan, sequence, () => plan.Preempt(sequence));
            Unchanged(plan, other, () => plan.Preempt(other));
            Assert.True(plan.TryAdmit(other));
            Unchanged(plan, other, () => plan.Preempt(other));
        };
        Assert.Equal("2:10", engine.Step());
        Assert.Equal(SequenceState.Waiting, sequence.State);
        Assert.Equal((2, 42, 0, 0, 1), (sequence.OutputTokens, sequence.KnownTokens, sequence.ComputedTokens, sequence.HeldBlocks, sequence.Preemptions));

        scheduler.Script = ScriptedScheduler.Everything;
        engine.RunToEnd();
        Assert.Equal([2L, 1L], engine.Records.Select(record => record.Id));
        Assert.Equal(10, sequence.OutputTokens);
    }

    [Fact]
    public void Who_was_preempted_is_not_admitted_by_the_same_plan()
    {
        var engine = Start(Given.Limits());
        var sequence = engine.Submit(Given.Request(id: 1, prompt: 40));
        engine.Submit(Given.Request(id: 2, prompt: 40));
        engine.Step();
        scheduler.Script = (in engine, plan) =>
        {
            plan.Preempt(sequence);
            Unchanged(plan, sequence, () => plan.TryAdmit(sequence));
            plan.TrySchedule(engine.Running[1]);
        };
        Assert.Equal("2:1", engine.Step());
        Assert.Equal(1, engine.Replica.Waiting);

        scheduler.Script = ScriptedScheduler.Everything;
        engine.RunToEnd();
        Assert.Equal(2, engine.Records.Count);
    }

    [Fact]
    public void A_decode_without_a_free_block_evicts_the_newest_and_no_more_than_needed()
    {
        var engine = Start(Given.Limits(blocks: 6));
        for (var id = 1; id <= 3; id++)
        {
            engine.Submit(Given.Request(id: id, prompt: 32), output: 40);
        }

        Assert.Equal("1:32 2:32 3:32", engine.Step());

        // Token 33 of each needs a block: 3 gives two, which 1 and 2 take.
        Assert.Equal("1:1 2:1", engine.Step());
        Assert.Equal(1, engine.Replica.Preemptions);
    }

    [Fact]
    public void The_victim_rule_decides_and_equal_keys_go_to_the_newest()
    {
        var engine = new Given.DrivenEngine((_, _) => new ScriptedScheduler(ScriptedScheduler.Everything) { Victim = new LeastRecompute() }, Given.Limits(blocks: 5));
        engine.Submit(Given.Request(id: 1, prompt: 16), output: 40);
        engine.Submit(Given.Request(id: 2, prompt: 32), output: 40);
        engine.Submit(Given.Request(id: 3, prompt: 32), output: 40);

        Assert.Equal("1:16 2:32 3:32", engine.Step());

        // 1 needs a block and is itself the one with least to recompute. Its block serves 2. Then 3 needs one: 2 and it have 32 each, 3 is newer.
        Assert.Equal("2:1", engine.Step());
        Assert.Equal(2, engine.Replica.Preemptions);
    }

    [Fact]
    public void Nobody_is_evicted_when_all_the_others_blocks_would_not_do()
    {
        // 1 holds a block and needs two; 2 holds one; the newcomer, which this plan may not preempt, takes the four that are free.
        var engine = Start(Given.Limits(blocks: 6));
        var needy = engine.Submit(Given.Request(id: 1, prompt: 48));
        var other = engine.Submit(Given.Request(id: 2, prompt: 10));
        scheduler.Script = (in _, plan) => Assert.True(plan.TryAdmit(needy, tokens: 16) && plan.TryAdmit(other));
        engine.Step();
        var newcomer = engine.Submit(Given.Request(id: 3, prompt: 64));
        scheduler.Script = (in _, plan) =>
        {
            Assert.True(plan.TryAdmit(newcomer));
            Unchanged(plan, needy, () => plan.TrySchedule(needy));
            Assert.False(plan.HasPreempted);
        };
        Assert.Equal("3:64", engine.Step());
    }

    [Fact]
    public void A_needy_sequence_can_be_its_own_victim()
    {
        var engine = Start(Given.Limits(blocks: 4));
        engine.Submit(Given.Request(id: 1, prompt: 20), output: 40);
        var newest = engine.Submit(Given.Request(id: 2, prompt: 32), output: 40);
        Assert.Equal("1:20 2:32", engine.Step());
        scheduler.Script = (in engine, plan) =>
        {
            Assert.True(plan.TrySchedule(engine.Running[0]));
            Assert.False(plan.TrySchedule(newest));
        };

        Assert.Equal("1:1", engine.Step());
        Assert.Equal(SequenceState.Waiting, newest.State);
        Assert.Equal(1, engine.Replica.Preemptions);
    }

    [Fact]
    public void Prefix_blocks_are_counted_by_who_uses_them()
    {
        // Units of 2 blocks. 1 leaves units a and b; 2 holds a and its own tokens; 3 waits and would hit a and b.
        var engine = Start(Given.Limits(blocks: 20));
        engine.Submit(Given.Request(id: 1, prompt: 64, hashes: [1, 2], unit: 32), output: 1);
        engine.RunToEnd();
        var user = engine.Submit(Given.Request(id: 2, prompt: 40, hashes: [1], unit: 32), output: 30);
        engine.Step();
        var waiting = engine.Submit(Given.Request(id: 3, prompt: 100, hashes: [1, 2, 3], unit: 32));
        scheduler.Script = (in _, plan) =>
        {
            Assert.Equal(64, plan.CachedTokens(waiting));

            // 7 blocks less 4 cached, but b's two are free now and would not be any more.
            Assert.Equal(3 + 2, plan.BlocksToHold(waiting, 100));
            Assert.Equal(2, plan.BlocksToHold(waiting, 64));
            Assert.Equal(32, plan.SharedTokens);
            Assert.Equal(17, plan.FreeBlocks);
            Assert.Equal(3, plan.BlocksReclaimed(user));
            Assert.True(plan.TryAdmit(waiting));
            Assert.Equal(12, plan.FreeBlocks);
            Assert.Equal(64, plan.SharedTokens);
            Assert.Equal(1, plan.BlocksReclaimed(user));
            Assert.Equal(5, plan.BlocksReclaimed(waiting));
        };
        Assert.Equal("3:36", engine.Step());
        Assert.Equal(64, waiting.CachedTokens);
    }

    [Fact]
    public void A_plan_cannot_be_held_for_no_steps() =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
        {
            scheduler.Script = static (in _, plan) => plan.HoldFor(0);
            var engine = Start(Given.Limits());
            engine.Submit(Given.Request());
            engine.Step();
        });

    private Given.DrivenEngine Start(EngineLimits limits) => new((_, _) => scheduler, limits);

    private static Sequence First(in EngineSnapshot engine)
    {
        foreach (var sequence in engine.Waiting)
        {
            return sequence;
        }

        throw new InvalidOperationException("Nobody waits.");
    }

    private static void Unchanged(StepPlan plan, Sequence sequence, Func<bool> refused)
    {
        var before = State();
        Assert.False(refused());
        Assert.Equal(before, State());

        (int, int, int, int, SequenceState, int, int, int, int) State() => (
            plan.TokensLeft, plan.SeatsLeft, plan.FreeBlocks, plan.Scheduled.Length,
            sequence.State, sequence.HeldBlocks, sequence.ComputedTokens, sequence.ScheduledTokens, sequence.Preemptions);
    }
}
