using HalfFull.Engine;
using HalfFull.Engine.Schedulers;
using HalfFull.Metrics;

namespace HalfFull.Tests.Engine;

/// <summary>The edge cases of a replica's life.</summary>
public sealed class ReplicaTests
{
    [Theory]
    [InlineData(161, 5, "Request 7 has 161 prompt tokens, more than the 160 tokens of the KV cache.")]
    [InlineData(0, 5, "Request 7 has 0 prompt tokens and an output limit of 5; both must be at least 1.")]
    [InlineData(5, 0, "Request 7 has 5 prompt tokens and an output limit of 0; both must be at least 1.")]
    public void What_can_never_run_is_refused_with_a_sentence(int prompt, int max, string sentence)
    {
        var engine = Start(Given.Limits(blocks: 10));
        var request = Given.Request(id: 7, prompt: prompt, max: max);

        Assert.Equal(sentence, engine.Replica.Refusal(request));
        Assert.StartsWith(sentence, Assert.Throws<ArgumentException>(() => engine.Submit(request)).Message, StringComparison.Ordinal);
        Assert.False(engine.Replica.HasWork);
    }

    [Fact]
    public void A_prompt_that_fills_the_context_is_refused_and_one_token_less_gives_one_token()
    {
        var engine = Start(Given.Limits() with { MaxModelLength = 100 });
        Assert.Contains("leaves no room for output in a context of 100 tokens", engine.Replica.Refusal(Given.Request(prompt: 100)), StringComparison.Ordinal);

        engine.Submit(Given.Request(prompt: 99), output: 50);
        engine.RunToEnd();
        Assert.Equal(1, Assert.Single(engine.Records).OutputTokens);
    }

    [Fact]
    public void Prefix_units_that_do_not_fit_the_blocks_are_refused()
    {
        var engine = Start(Given.Limits());
        Assert.Contains("prefix units of 24 tokens", engine.Replica.Refusal(Given.Request(hashes: [1], unit: 24)), StringComparison.Ordinal);
        Assert.Contains("prefix units of 0 tokens", engine.Replica.Refusal(Given.Request(hashes: [1], unit: 0)), StringComparison.Ordinal);
        Assert.Null(engine.Replica.Refusal(Given.Request(hashes: [1], unit: 32)));
    }

    [Theory]
    [InlineData(160, 1)]
    [InlineData(159, 2)]
    [InlineData(100, 61)]
    public void Output_is_clamped_to_what_the_pool_holds_where_the_last_token_needs_no_room(int prompt, int output)
    {
        var engine = Start(Given.Limits(blocks: 10));
        var sequence = engine.Submit(Given.Request(prompt: prompt, max: 1000), output: 1000);
        engine.RunToEnd();

        Assert.Equal(output, sequence.OutputLimit);
        Assert.Equal(output, Assert.Single(engine.Records).OutputTokens);
        Assert.Equal(Outcome.Completed, engine.Records[0].Outcome);
    }

    [Fact]
    public void A_request_for_one_token_finishes_with_its_prefill()
    {
        var engine = Start(Given.Limits());
        engine.Submit(Given.Request(prompt: 100, max: 1), output: 500);

        Assert.Equal("0:100", engine.Step());
        var record = Assert.Single(engine.Records);
        Assert.Equal((1, record.FirstToken, (TimeSpan?)null), (record.OutputTokens, record.Finish, record.Tpot));
        Assert.False(engine.Replica.HasWork);
        Assert.Equal(0, engine.Replica.KvTokensInUse);
    }

    [Fact]
    public void Aborted_while_waiting_it_leaves_no_trace_in_the_cache()
    {
        var engine = Start(Given.Limits());
        var sequence = engine.Submit(Given.Request());
        engine.Replica.Abort(sequence, engine.Now);
        engine.Replica.Abort(sequence, engine.Now);

        var record = Assert.Single(engine.Records);
        Assert.Equal((Outcome.Failed, 0, 0L, 0L), (record.Outcome, record.OutputTokens, engine.Replica.QueuedPrefillTokens, engine.Replica.KvTokensQueued));
        Assert.Equal(string.Empty, engine.Step());
    }

    [Fact]
    public void Aborted_in_flight_it_goes_when_the_step_ends_and_its_token_is_discarded()
    {
        var engine = Start(Given.Limits(budget: 60));
        var decoding = engine.Submit(Given.Request(id: 1, prompt: 20));
        var partial = engine.Submit(Given.Request(id: 2, prompt: 100));
        engine.Step();
        Assert.True(engine.Replica.BeginStep(engine.Now));
        engine.Replica.Abort(decoding, engine.Now);
        engine.Replica.Abort(partial, engine.Now);
        engine.Replica.Abort(partial, engine.Now);
        Assert.Empty(engine.Records);
        Assert.NotEqual(0, engine.Replica.KvTokensInUse);

        engine.Replica.EndStep(engine.Now + TimeSpan.FromMilliseconds(10));
        engine.Replica.CheckInvariants();
        engine.Replica.Abort(decoding, engine.Now);
        Assert.Equal([(1L, 1), (2L, 0)], engine.Records.Select(record => (record.Id, record.OutputTokens)));
        Assert.All(engine.Records, static record => Assert.Equal(Outcome.Failed, record.Outcome));
        Assert.Equal((0L, 0L, 0L), Counters(engine.Replica));
        Assert.Equal([1L], engine.FirstTokens);
    }

    [Fact]
    public void Aborted_between_steps_it_gives_everything_back_at_once()
    {
        var engine = Start(Given.Limits(budget: 60));
        var partial = engine.Submit(Given.Request(id: 2, prompt: 100));
        engine.Step();
        engine.Replica.Abort(partial, engine.Now);
        engine.Replica.CheckInvariants();

        Assert.Equal((0L, 0L, 0L), Counters(engine.Replica));
        Assert.Equal((0, 0), (engine.Replica.Running, engine.Replica.Waiting));
    }

    [Fact]
    public void Aborted_after_a_preemption_it_leaves_the_queue_with_its_output()
    {
        var engine = Start(Given.Limits(blocks: 4));
        engine.Submit(Given.Request(id: 1, prompt: 32), output: 10);
        var victim = engine.Submit(Given.Request(id: 2, prompt: 32), output: 10);
        engine.Step();
        engine.Step();
        Assert.Equal((SequenceState.Waiting, 1), (victim.State, victim.OutputTokens));
        engine.Replica.Abort(victim, engine.Now);
        engine.RunToEnd();

        Assert.Equal([(2L, 1, Outcome.Failed), (1L, 10, Outcome.Completed)], engine.Records.Select(record => (record.Id, record.OutputTokens, record.Outcome)));
    }

    [Fact]
    public void A_resumed_sequence_longer_than_the_budget_is_prefilled_in_chunks_output_included()
    {
        var scheduler = new ScriptedScheduler(ScriptedScheduler.Everything);
        var engine = new Given.DrivenEngine((_, _) => scheduler, Given.Limits(budget: 50));
        var sequence = engine.Submit(Given.Request(prompt: 50), output: 40);
        for (var i = 0; i < 30; i++)
        {
            engine.Step();
        }

        scheduler.Script = static (in engine, plan) => plan.Preempt(engine.Running[0]);
        Assert.Equal("0:50", engine.Step());
        scheduler.Script = ScriptedScheduler.Everything;
        Assert.Equal("0:30", engine.Step());
        Assert.Equal("0:1", engine.Step());
        engine.RunToEnd();

        Assert.Equal(40, Assert.Single(engine.Records).OutputTokens);
        Assert.Equal(79, engine.Replica.RecomputedTokens);
        Assert.Equal(39, engine.Gaps.Sum(gap => gap.Count));
        Assert.Equal(1, sequence.Preemptions);
    }

    [Fact]
    public void A_prompt_that_is_cached_whole_still_computes_its_last_unit()
    {
        var engine = Start(Given.Limits());
        engine.Submit(Given.Request(id: 1, prompt: 64, hashes: [1, 2], unit: 32), output: 1);
        engine.Step();
        var request = Given.Request(id: 2, prompt: 64, hashes: [1, 2], unit: 32);
        Assert.Equal(32, engine.Replica.CachedPromptTokens(request));
        engine.Submit(request, output: 2);

        Assert.Equal("2:32", engine.Step());
        Assert.Equal("2:1", engine.Step());
        Assert.Equal(32, engine.Records[1].CachedTokens);

        // One token more, and both units are reused.
        var longer = Given.Request(id: 3, prompt: 65, hashes: [1, 2], unit: 32);
        Assert.Equal(64, engine.Replica.CachedPromptTokens(longer));
        Assert.Equal(0, engine.Replica.CachedPromptTokens(Given.Request(id: 4, prompt: 65)));
    }

    [Fact]
    public void A_preempted_sequence_takes_over_all_of_its_prompt_although_it_could_not_at_first()
    {
        var scheduler = new ScriptedScheduler(ScriptedScheduler.Everything);
        var engine = new Given.DrivenEngine((_, _) => scheduler, Given.Limits());
        engine.Submit(Given.Request(id: 1, prompt: 32, hashes: [1, 2]), output: 1);
        engine.Step();
        engine.Submit(Given.Request(id: 2, prompt: 32, hashes: [1, 2]), output: 5);
        Assert.Equal("2:16", engine.Step());
        scheduler.Script = static (in engine, plan) => plan.Preempt(engine.Running[0]);

        // 33 tokens are known, 32 of them cached.
        Assert.Equal("2:1", engine.Step());
    }

    [Fact]
    public void Moved_to_another_replica_it_keeps_its_output_and_finishes_there()
    {
        var from = Start(Given.Limits(budget: 40));
        var to = Start(Given.Limits(budget: 40));
        var sequence = from.Submit(Given.Request(id: 1, prompt: 40), output: 6);
        from.Submit(Given.Request(id: 2, prompt: 40), output: 3);
        from.Step();
        from.Step();
        var computed = from.Replica.Detach(sequence);
        from.Replica.CheckInvariants();
        Assert.Equal((41, SequenceState.Gone), (computed, sequence.State));
        Assert.Empty(from.Records);

        to.Wait(from.Now.TotalSeconds);
        Assert.True(to.Replica.Attach(sequence, computed));
        to.Replica.CheckInvariants();
        Assert.Equal("1:1", to.Step());

        // The step that it left behind must not touch it any more.
        Assert.Equal("2:1", StepOf(from, to, sequence));
        from.RunToEnd();
        to.RunToEnd();
        var record = Assert.Single(to.Records);
        Assert.Equal((6, 1L, 0), (record.OutputTokens, record.Id, record.Preemptions));
        Assert.Equal(2L, Assert.Single(from.Records).Id);
        Assert.Equal(0, to.Replica.RecomputedTokens);

        static string StepOf(Given.DrivenEngine from, Given.DrivenEngine to, Sequence moved)
        {
            Assert.True(to.Replica.BeginStep(to.Now));
            var planned = from.Step();
            Assert.Equal(1, moved.ScheduledTokens);
            to.Wait(0.01);
            to.Replica.EndStep(to.Now);
            to.Replica.CheckInvariants();
            return planned;
        }
    }

    [Fact]
    public void Moved_right_after_its_admission_it_can_be_preempted_there()
    {
        var from = Start(Given.Limits());
        var to = Start(Given.Limits(blocks: 4));
        to.Submit(Given.Request(id: 1, prompt: 32), output: 10);
        to.Step();
        var sequence = from.Submit(Given.Request(id: 2, prompt: 31), output: 10);
        from.Step();
        Assert.True(to.Replica.Attach(sequence, from.Replica.Detach(sequence)));

        Assert.Equal("1:1", to.Step());
        Assert.Equal((SequenceState.Waiting, 1), (sequence.State, sequence.Preemptions));
        to.RunToEnd();
        Assert.Equal(10, to.Records.Single(record => record.Id == 2).OutputTokens);
    }

    [Fact]
    public void Moved_without_its_cache_it_waits_its_turn_by_arrival_and_computes_again()
    {
        var from = Start(Given.Limits());
        var to = Start(Given.Limits(seats: 1));
        var sequence = from.Submit(Given.Request(id: 1, prompt: 40, arrival: -1), output: 6);
        from.Step();
        to.Submit(Given.Request(id: 2, prompt: 40), output: 2);
        to.Submit(Given.Request(id: 3, prompt: 40), output: 2);
        from.Replica.Detach(sequence);
        Assert.True(to.Replica.Attach(sequence, 0));

        Assert.Equal("1:41", to.Step());
        to.RunToEnd();
        Assert.Equal([1L, 2L, 3L], to.Records.Select(record => record.Id));
        Assert.Equal(40, to.Replica.RecomputedTokens);
    }

    [Fact]
    public void Attaching_without_a_seat_or_room_is_refused_and_changes_nothing()
    {
        foreach (var limits in new[] { Given.Limits(seats: 1), Given.Limits(blocks: 5) })
        {
            var from = Start(Given.Limits());
            var to = Start(limits);
            to.Submit(Given.Request(id: 1, prompt: 40), output: 20);
            to.Step();
            var sequence = from.Submit(Given.Request(id: 2, prompt: 40), output: 20);
            from.Step();
            var computed = from.Replica.Detach(sequence);
            var before = Counters(to.Replica);

            Assert.False(to.Replica.Attach(sequence, computed));
            Assert.Equal(before, Counters(to.Replica));
            Assert.Equal(1, to.Replica.Running);
            Assert.True(from.Replica.Attach(sequence, computed));
            from.RunToEnd();
            Assert.Equal(20, Assert.Single(from.Records).OutputTokens);
        }
    }

    [Fact]
    public void Attached_to_a_smaller_replica_it_stops_at_its_wall_and_is_refused_beyond_it()
    {
        var from = Start(Given.Limits());
        var small = Start(Given.Limits(blocks: 4));
        var sequence = from.Submit(Given.Request(id: 1, prompt: 40), output: 500);
        from.Step();
        var computed = from.Replica.Detach(sequence);
        Assert.True(small.Replica.Attach(sequence, computed));
        small.RunToEnd(mostSteps: 100);
        Assert.Equal(25, Assert.Single(small.Records).OutputTokens);

        var large = from.Submit(Given.Request(id: 2, prompt: 65), output: 500);
        from.Step();
        from.Replica.Detach(large);
        Assert.Contains("more than the 64 tokens", Assert.Throws<ArgumentException>(() => small.Replica.Attach(large, 0)).Message, StringComparison.Ordinal);
        var grown = from.Submit(Given.Request(id: 3, prompt: 60), output: 500);
        for (var i = 0; i < 5; i++)
        {
            from.Step();
        }

        from.Replica.Detach(grown);
        Assert.Contains("has generated 5 tokens", Assert.Throws<ArgumentException>(() => small.Replica.Attach(grown, 0)).Message, StringComparison.Ordinal);
        Assert.False(small.Replica.HasWork);
    }

    [Fact]
    public void What_lives_or_runs_in_flight_is_neither_attached_nor_detached()
    {
        var engine = Start(Given.Limits());
        var sequence = engine.Submit(Given.Request());
        Assert.Throws<InvalidOperationException>(() => engine.Replica.Attach(sequence, 0));
        engine.Replica.BeginStep(engine.Now);
        Assert.Throws<InvalidOperationException>(() => engine.Replica.Detach(sequence));
        Assert.Throws<InvalidOperationException>(() => engine.Replica.BeginStep(engine.Now));
        engine.Replica.EndStep(engine.Now);
        Assert.Throws<InvalidOperationException>(() => engine.Replica.EndStep(engine.Now));
        engine.Replica.Detach(sequence);
        Assert.Throws<InvalidOperationException>(() => engine.Replica.Detach(sequence));
        Assert.Throws<ArgumentOutOfRangeException>(() => engine.Replica.Attach(sequence, sequence.KnownTokens));
    }

    [Fact]
    public void A_model_that_stops_ends_the_sequence_with_the_token_of_that_step()
    {
        var engine = Start(Given.Limits());
        var sequence = engine.Submit(Given.Request(), output: int.MaxValue);
        engine.Step();
        engine.Replica.BeginStep(engine.Now);
        engine.Replica.EndStep(engine.Now, [sequence]);

        Assert.Equal((2, Outcome.Completed), (engine.Records[0].OutputTokens, engine.Records[0].Outcome));
    }

    /// <summary>Random lives with aborts and prefixes in tight memory: the figures for routers equal a recomputation after every event.</summary>
    [Fact]
    public void The_figures_for_routers_equal_a_recomputation_at_all_times()
    {
        for (var seed = 0UL; seed < 30; seed++)
        {
            var rng = new Rng(seed);
            var limits = Given.Limits(blocks: 12 + rng.NextInt32(20), budget: 8 + rng.NextInt32(60), seats: 1 + rng.NextInt32(6));
            var engine = Given.Engine((_, _) => new Vllm(new Vllm.Options { FullGate = rng.NextInt32(2) == 0 }), limits);
            var alive = new List<Sequence>();
            for (var step = 0; step < 150; step++)
            {
                if (step < 100 && rng.NextInt32(3) == 0)
                {
                    var prompt = 1 + rng.NextInt32(90);
                    alive.Add(engine.Submit(
                        Given.Request(id: step, prompt: prompt, arrival: engine.Now.TotalSeconds, hashes: [rng.NextInt32(2), 2, 3]),
                        output: 1 + rng.NextInt32(60)));
                }

                var began = engine.Replica.BeginStep(engine.Now);
                Compare();
                if (alive.Count > 0 && rng.NextInt32(10) == 0)
                {
                    engine.Replica.Abort(alive[rng.NextInt32(alive.Count)], engine.Now);
                    Compare();
                }

                engine.Wait(0.01);
                if (began)
                {
                    engine.Replica.EndStep(engine.Now);
                }

                Compare();
                alive.RemoveAll(static sequence => sequence.State == SequenceState.Gone);
            }

            void Compare()
            {
                engine.Replica.CheckInvariants();
                Assert.Equal(Recomputed(limits, alive), Counters(engine.Replica));
            }
        }
    }

    private static (long Queued, long KvQueued, long KvInUse) Recomputed(EngineLimits limits, List<Sequence> sequences)
    {
        var (queued, kvQueued, blocks) = (0L, 0L, 0L);
        var units = new HashSet<long>();
        foreach (var sequence in sequences)
        {
            switch (sequence.State)
            {
                case SequenceState.Waiting:
                    queued += sequence.UncachedTokens;
                    kvQueued += sequence.KnownTokens;
                    Assert.Equal(0, sequence.HeldBlocks);
                    break;
                case SequenceState.Running:
                    var left = sequence.IsDecoding ? 0 : sequence.KnownTokens - sequence.ComputedTokens;
                    queued += left;
                    kvQueued += left;
                    blocks += sequence.PrivateBlocks;
                    units.UnionWith(sequence.Request.PrefixHashes.Span[..sequence.SharedUnits].ToArray());
                    break;
                default:
                    Assert.Equal(0, sequence.HeldBlocks);
                    break;
            }
        }

        return (queued, kvQueued, (blocks + units.Count) * limits.BlockSize);
    }

    private static (long Queued, long KvQueued, long KvInUse) Counters(Replica replica) =>
        (replica.QueuedPrefillTokens, replica.KvTokensQueued, replica.KvTokensInUse);

    private static Given.DrivenEngine Start(EngineLimits limits) => Given.Engine(static (_, _) => new Vllm(new Vllm.Options()), limits);
}
