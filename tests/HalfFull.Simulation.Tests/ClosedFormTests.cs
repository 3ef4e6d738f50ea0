using HalfFull.Engine;
using HalfFull.Engine.StepTime;
using HalfFull.Metrics;

namespace HalfFull.Simulation.Tests;

/// <summary>The simulator against results that can be worked out without it.</summary>
public sealed class ClosedFormTests
{
    /// <summary>Every engine policy, with options under which one request alone gets the whole token budget.</summary>
    public static TheoryData<string> EnginesWithWholeBudget =>
    [
        .. PolicyCatalogs.Engines.Entries.Select(entry => entry.Name switch
        {
            "sarathi" => "sarathi:chunk=100000",
            "splitfuse" => "splitfuse:batch-tokens=100000",
            "llamacpp-slots" => "llamacpp-slots:batch-tokens=100000",
            "trt-no-evict" => "trt-no-evict:chunk-unit=1",
            "trt-max-util" => "trt-max-util:chunk-unit=1",
            _ => entry.Name,
        }),
    ];

    [Theory]
    [MemberData(nameof(EnginesWithWholeBudget))]
    public void A_request_alone_takes_the_sum_of_its_steps(string engine)
    {
        var rng = new Rng(7);
        for (var i = 0; i < 60; i++)
        {
            var step = i % 2 == 0 ? Given.LinearStep : Given.RealStep;
            var spec = new ReplicaSpec(Given.Limits(blocks: 10_000, budget: 1 + rng.NextInt32(3000), blockSize: 1 + rng.NextInt32(32)), step);
            var job = Given.Job(arrival: rng.NextDouble(), prompt: 1 + rng.NextInt32(6000), output: 1 + rng.NextInt32(400));
            var run = Given.Run(Given.Setup(engine, "round-robin", spec), [job]);

            var record = Assert.Single(run.Records);
            var prefill = PrefillTime(spec, record.PromptTokens);
            Assert.Equal(prefill, record.Ttft);
            Assert.Equal(prefill + DecodeTime(spec, record.PromptTokens, record.OutputTokens), record.E2E);
            Assert.Equal(record.E2E, new IsolatedTime([spec]).Of(record));
            Assert.Equal(TimeSpan.Zero, record.Queue);
            Assert.Equal(((record.PromptTokens + spec.Limits.TokenBudget - 1) / spec.Limits.TokenBudget) + record.OutputTokens - 1, run.Result.Steps);
        }
    }

    [Fact]
    public void Isolated_time_uses_the_replica_that_served_and_no_cache()
    {
        var slow = Given.Replica(step: new LinearStepTime(20_000, 0, 0, 0));
        var record = new RequestRecord(1, default, default, default, TimeSpan.FromSeconds(9), 100, 64, 3, 0, 1, Tenant: null, Outcome.Completed);

        Assert.Equal(TimeSpan.FromMilliseconds(60), new IsolatedTime([Given.Replica(), slow]).Of(record));
    }

    /// <summary>Pollaczek and Khinchine for constant service: the mean wait is rho s / (2 (1 - rho)).</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.8)]
    public void One_seat_with_constant_service_is_an_M_D_1_queue(double utilisation)
    {
        var service = 0.01;
        var mean = new MeanQueue();
        var setup = Given.Setup("vllm", "round-robin", Given.Replica(Given.Limits(seats: 1))) with { CheckInvariants = false };
        Simulator.Run(setup, Given.PoissonJobs(400_000, utilisation / service, prompt: 8, output: 1), mean);

        var expected = utilisation * service / (2 * (1 - utilisation));
        Assert.InRange(mean.Seconds, 0.97 * expected, 1.03 * expected);
    }

    /// <summary>Little: the time average of the number in service, which the replica's KV meter takes, is rate times mean time in service.</summary>
    [Fact]
    public void The_mean_number_in_service_is_the_rate_times_the_mean_time_in_service()
    {
        // One block each, from the first step to the last: blocks in use are requests in service.
        var limits = Given.Limits(blocks: 500);
        var jobs = Given.PoissonJobs(20_000, rate: 300, prompt: 8, output: 8);
        var run = Given.Run(Given.Setup("vllm", "round-robin", Given.Replica(limits, Given.LinearStep)), jobs);

        Assert.Equal(0, run.Result.Preemptions);
        var inService = run.Result.KvUsageMean * limits.KvBlocks;
        var rate = run.Records.Count / run.Result.Makespan.TotalSeconds;
        var timeInService = run.Records.Average(record => (record.Finish - record.FirstScheduled).TotalSeconds);
        Assert.Equal(rate * timeInService, inService, tolerance: 1e-6 * inService);
        Assert.True(inService > 5);
    }

    [Fact]
    public void The_mean_number_in_the_system_is_the_rate_times_the_mean_time_in_it()
    {
        var jobs = Given.PoissonJobs(20_000, rate: 70, prompt: 8, output: 1);
        var run = Given.Run(Given.Setup("vllm", "round-robin", Given.Replica(Given.Limits(seats: 1))), jobs);

        // Seen by Poisson arrivals, an average over arrivals is one over time: count whom each finds before it.
        var finishes = run.Records.Select(record => record.Finish).ToArray();
        var ended = 0;
        var found = 0L;
        foreach (var (arrival, before) in run.Records.OrderBy(record => record.Id).Select((record, index) => (record.Arrival, index)))
        {
            while (finishes[ended] <= arrival)
            {
                ended++;
            }

            found += before - ended;
        }

        var inSystem = (double)found / run.Records.Count;
        var rate = run.Records.Count / run.Result.Makespan.TotalSeconds;
        var expected = rate * run.Records.Average(record => record.E2E.TotalSeconds);
        Assert.InRange(inSystem, 0.97 * expected, 1.03 * expected);
    }

    /// <summary>Work conservation: an engine computes whenever anybody is there, and only then.</summary>
    [Theory]
    [MemberData(nameof(EnginesWithWholeBudget))]
    public void An_engine_is_busy_exactly_while_somebody_is_there(string engine)
    {
        var rng = new Rng(3);
        var now = 0.0;
        var jobs = Enumerable.Range(0, 500)
            .Select(id => Given.Job(id, now += rng.NextExponential() / 8, prompt: 1 + rng.NextInt32(200), output: 1 + rng.NextInt32(30), max: 30))
            .ToArray();
        var run = Given.Run(Given.Setup(engine, "round-robin", Given.Replica(Given.Limits(blocks: 40, budget: 64))), jobs);

        var occupied = TimeSpan.Zero;
        var until = TimeSpan.Zero;
        foreach (var record in run.Records.OrderBy(record => record.Arrival))
        {
            occupied += record.Finish <= until ? TimeSpan.Zero : record.Finish - Max(record.Arrival, until);
            until = Max(record.Finish, until);
        }

        Assert.Equal(occupied, TimeSpan.FromMilliseconds(10) * run.Result.Steps);
        Assert.True(occupied < run.Result.Makespan);
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan PrefillTime(ReplicaSpec spec, int prompt)
    {
        var time = TimeSpan.Zero;
        for (var done = 0; done < prompt; done += spec.Limits.TokenBudget)
        {
            var chunk = Math.Min(spec.Limits.TokenBudget, prompt - done);
            time += spec.StepTime.Predict(new StepShape(0, 0, 1, chunk, done, (long)chunk * done, (long)chunk * chunk));
        }

        return time;
    }

    private static TimeSpan DecodeTime(ReplicaSpec spec, int prompt, int output)
    {
        var time = TimeSpan.Zero;
        for (var known = prompt + 1; known < prompt + output; known++)
        {
            time += spec.StepTime.Predict(StepShape.Decode(1, known));
        }

        return time;
    }

    private sealed class MeanQueue : IRecordSink
    {
        private long count;
        private long ticks;

        internal double Seconds => (double)ticks / count / TimeSpan.TicksPerSecond;

        public void Add(in RequestRecord record)
        {
            count++;
            ticks += record.Queue.Ticks;
        }
    }
}
