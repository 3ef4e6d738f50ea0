using HalfFull.Engine;
using HalfFull.Engine.StepTime;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Prediction;

namespace HalfFull.Tests.Contracts;

/// <summary>What every engine scheduler must do, whatever it prefers.</summary>
public sealed class EngineSchedulerContract
{
    private const ulong Workloads = 40;

    /// <summary>They let the long ones that wait go before the short ones that run, each by its own rule.</summary>
    private static readonly string[] DisplacesOrPacks = ["autellix", "fastserve", "ltr", "s3"];

    /// <summary>Budget, seats and memory are checked after every event by the replica's invariants.</summary>
    [Theory]
    [MemberData(nameof(PolicyNames.EngineSpecs), MemberType = typeof(PolicyNames))]
    public void Every_request_finishes_and_nothing_is_over_committed(string spec)
    {
        for (var seed = 0UL; seed < Workloads; seed++)
        {
            var workload = SmallWorkload.Of(seed);
            var played = Playback.Run(spec, workload);
            var limits = workload.Limits;

            Assert.Equal(workload.Jobs.Count, played.Records.Count);
            Assert.Equal(workload.Jobs.Count, played.FirstTokens.DistinctBy(static first => first.Id).Count());
            Assert.Equal(workload.Jobs.Count, played.FirstTokens.Count);
            foreach (var record in played.Records)
            {
                var job = workload.Jobs[(int)record.Id];
                var room = limits.KvCapacityTokens + 1 - job.Request.PromptTokens;
                Assert.Equal(Outcome.Completed, record.Outcome);
                Assert.Equal(Math.Min(Math.Min(job.OutputTokens, job.Request.MaxOutputTokens), room), record.OutputTokens);
                Assert.True(
                    record.Arrival <= record.FirstScheduled && record.FirstScheduled < record.FirstToken && record.FirstToken <= record.Finish,
                    $"The times of {record} are out of order.");
                Assert.InRange(record.CachedTokens, 0, job.Request.PromptTokens - 1);
            }

            Assert.Equal(played.Records.Sum(static record => record.OutputTokens - 1L), played.TokenGaps);
            Assert.Equal(played.Records.Sum(static record => (long)record.Preemptions), played.Replica.Preemptions);
            Assert.Equal((0L, 0L, 0L), (played.Replica.QueuedPrefillTokens, played.Replica.KvTokensQueued, played.Replica.KvTokensInUse));
        }
    }

    [Theory]
    [MemberData(nameof(PolicyNames.EngineSpecs), MemberType = typeof(PolicyNames))]
    public void The_same_input_gives_the_same_decisions(string spec)
    {
        for (var seed = 0UL; seed < 5; seed++)
        {
            Assert.Equal(Playback.Run(spec, SmallWorkload.Of(seed)).Outcome, Playback.Run(spec, SmallWorkload.Of(seed)).Outcome);
        }
    }

    [Theory]
    [MemberData(nameof(PolicyNames.EngineSpecs), MemberType = typeof(PolicyNames))]
    public void Repeating_held_steps_equals_planning_each(string spec)
    {
        var workloads = spec.Contains(':', StringComparison.Ordinal) ? 80UL : 200UL;
        for (var seed = 0UL; seed < workloads; seed++)
        {
            var workload = SmallWorkload.Of(seed);
            Assert.Equal(Playback.Run(spec, workload).Outcome, Playback.Run(spec, workload, fast: true).Outcome);
        }
    }

    /// <summary>A decision depends on how long ago things happened, not on when.</summary>
    [Theory]
    [MemberData(nameof(PolicyNames.EngineSpecs), MemberType = typeof(PolicyNames))]
    public void Shifting_the_clock_changes_nothing(string spec)
    {
        var shift = TimeSpan.FromHours(7);
        for (var seed = 0UL; seed < 10; seed++)
        {
            var workload = SmallWorkload.Of(seed);
            var jobs = workload.Jobs.Select(job => job with { Request = job.Request with { Arrival = job.Request.Arrival + shift } });
            var here = Playback.Run(spec, workload);
            var later = Playback.Run(spec, workload with { Jobs = [.. jobs] });

            Assert.Equal(here.Replica.DecisionHash, later.Replica.DecisionHash);
            Assert.Equal(here.Records.Select(record => (record.Id, record.Finish + shift)), later.Records.Select(static record => (record.Id, record.Finish)));
        }
    }

    /// <summary>A running batch in memory that refuses those who wait; and a batch alone, of which steps are held.</summary>
    [Theory]
    [MemberData(nameof(PolicyNames.EngineNames), MemberType = typeof(PolicyNames))]
    public void A_decision_allocates_nothing(string name)
    {
        var limits = Given.Limits(blocks: 192);
        var rates = Given.Rates(limits);
        var listener = new Deaf();
        var replica = new Replica(0, limits, PolicyNames.Engines.Create(PolicySpec.Parse(name), rates, limits, new Rng(1), Given.UnitStep, NoPredictor.Instance), rates, listener);
        var now = TimeSpan.Zero;
        var id = 0;
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 4; i++)
            {
                Submit(prompt: 160, output: 600);
            }

            var waiting = Enumerable.Range(0, 40).Select(_ => Submit(prompt: 3000, output: 2000)).ToList();
            Steps(round == 0 ? 590 : 300);
            if (!DisplacesOrPacks.Contains(name, StringComparer.Ordinal))
            {
                Assert.Equal((4, 40), (replica.Running, replica.Waiting));
            }

            Assert.InRange(replica.Waiting, 30, 43);
            if (round > 0)
            {
                AssertNothingAllocated(steps: 100);
            }

            waiting.ForEach(sequence => replica.Abort(sequence, now));
            if (round > 0)
            {
                AssertNothingAllocated(steps: 50);
            }

            Steps(700);
            Assert.False(replica.HasWork);
        }

        Sequence Submit(int prompt, int output) =>
            replica.Submit(Given.Request(id: id++, prompt: prompt, max: output, arrival: now.TotalSeconds, predicted: output), now, output);

        void AssertNothingAllocated(int steps)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Steps(steps);
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        }

        void Steps(int steps)
        {
            for (var target = replica.Steps + steps; replica.Steps < target && replica.BeginStep(now);)
            {
                now += Given.UnitStep.Predict(replica.Plan.Shape);
                if (replica.Steps < target)
                {
                    now = replica.RunHeldSteps(now, now + TimeSpan.FromMilliseconds(10 * Math.Min(20, target - replica.Steps - 1)), Given.UnitStep);
                }

                replica.EndStep(now);
            }
        }
    }

    [Theory]
    [MemberData(nameof(PolicyNames.RefusedEngineSpecs), MemberType = typeof(PolicyNames))]
    public void A_bad_option_is_refused_in_one_sentence_that_names_it(string spec)
    {
        var parsed = PolicySpec.Parse(spec);
        var message = Assert.Throws<PolicyException>(() => PolicyNames.Engines.Validate(parsed)).Message;

        Assert.Contains(parsed.Options[0].Key, message, StringComparison.Ordinal);
        Assert.EndsWith(".", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    private sealed class Deaf : IReplicaListener
    {
        public void TokenGap(TimeSpan gap, long count)
        {
        }

        public void FirstToken(int replica, Sequence sequence, TimeSpan now)
        {
        }

        public void Ended(Sequence sequence, in RequestRecord record)
        {
        }
    }
}
