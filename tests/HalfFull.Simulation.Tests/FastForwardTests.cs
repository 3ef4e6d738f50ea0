using HalfFull.Engine;
using HalfFull.Engine.Schedulers;
using HalfFull.Engine.StepTime;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Queueing;
using HalfFull.Simulation.Workloads;
using HalfFull.Tests;

namespace HalfFull.Simulation.Tests;

/// <summary>The proof that fast-forward changes nothing: every record, count and decision is that of planning each step.</summary>
public sealed class FastForwardTests
{
    private const int Scenarios = 300;

    private static readonly string[] OptionsOnTraces =
    [
        "vllm:full-gate=false",
        "vllm:watermark=0.2",
        "vllm:full-gate=false,long-prefill=20",
        "vllm-v0:watermark=0.3",
        "sarathi:chunk=16,watermark=0.1",
        "sjf-prompt:full-gate=false",
        "larry:gate=full-prompt,order=fcfs",
        "larry:gate=per-chunk,order=shortest",
        "larry:gate=oracle,order=hrrn,victim=least-recompute",
        "larry:yield=false,partials=1,a=1,tenants=false,target=50ms",
        "larry:fair=true,priority=strict",
        "larry:order=promised,slack=0.1,slack-own=2",
    ];

    /// <summary>Every policy of the catalogue as it comes, and the options that change what may be held.</summary>
    public static TheoryData<string> Engines =>
    [
        .. PolicyCatalogs.Engines.Entries.Select(entry => entry.Name),
        .. OptionsOnTraces,
        "vllm:victim=fewest-outputs",
        "vllm-priority:age=100ms",
        "vllm-priority:age-steps=5,victim=latest-arrival,full-gate=false",
        "orca:batch=2,max-length=150",
        "static:batch=3",
        "splitfuse:batch-tokens=20,sequences=4",
        "trt-no-evict:chunk-unit=5,reuse-prefix=false",
        "trt-max-util:chunk-unit=3,victim=newest",
        "tgi:chunking=false,prefill-tokens=60",
        "tgi:prefill-tokens=20",
        "turbomind:prefill-tokens=20",
        "llamacpp-slots:unified=false,batch-tokens=30",
        "lightllm:router-token-ratio=0.7,max-running=3",
        "lightllm:aggressive=false",
        "past-future:window=5,capacity=0.7",
        "drr:quantum=0.3",
        "mc-sf:margin=0.3",
        "vtc:input-weight=0.1,output-weight=0.7",
        "sglang:order=lof,chunk=20,conservativeness=0.1",
        "sglang:order=lpm,max-prefill=50",
        "sglang:order=dfs-weight,mixed-chunk=true,victim=newest",
        "sglang:order=hrrn,chunk=5,mixed-chunk=true,conservativeness=0",
        "srpt:recompute=false,age=50ms",
        "trail:c=inf,displaced=3,refresh=3,protect=2",
        "ltr:starvation=10,period=3,protect=2",
        "fastserve:quantum=1ms,promote-every=7,promote-after=100ms,protect=3",
        "autellix:quantum=5ms,starvation=1,protect=3",
        "s3:range=100,lookahead=3",
        "wait:threshold=3,timeout=50ms",
        "nested-wait:threshold=2,first=4,segments=4,timeout=30ms",
        "andes:ttft=50ms,horizon=1s,preemptions=3",
        "fair-batching:ttft=100ms,tpot=15ms",
        "slai:tbt=50ms,memory=0.6,age=10ms",
    ];

    /// <summary>Every policy as it comes.</summary>
    public static TheoryData<string> EnginesOnTraces =>
    [
        .. PolicyCatalogs.Engines.Entries.Select(entry => entry.Name),
        .. OptionsOnTraces,
    ];

    [Theory]
    [MemberData(nameof(Engines))]
    public void Equals_step_by_step_on_random_workloads(string engine)
    {
        for (var seed = 1UL; seed <= Scenarios; seed++)
        {
            var scenario = RandomScenario.Of(seed);
            Play(scenario.Setup(engine, fastForward: false), scenario.Jobs)
                .AssertSameAs(Play(scenario.Setup(engine), scenario.Jobs), $"{engine}, {scenario.Router}, seed {seed}");
        }
    }

    [Theory]
    [MemberData(nameof(EnginesOnTraces))]
    public void Equals_step_by_step_when_preempted_sequences_keep_their_cache_in_host_memory(string engine)
    {
        for (var seed = 1UL; seed <= Scenarios / 5; seed++)
        {
            var scenario = RandomScenario.Of(seed);
            scenario = scenario with { Fleet = [.. scenario.Fleet.Select(replica => replica with { Limits = replica.Limits with { SwapTokens = 150 } })] };
            Play(scenario.Setup(engine, fastForward: false) with { CheckInvariants = true }, scenario.Jobs)
                .AssertSameAs(Play(scenario.Setup(engine), scenario.Jobs), $"{engine} with swap, {scenario.Router}, seed {seed}");
        }
    }

    [Theory]
    [InlineData("vllm")]
    [InlineData("larry")]
    public void Equals_step_by_step_when_the_router_holds_requests(string engine)
    {
        for (var seed = 1UL; seed <= Scenarios; seed++)
        {
            var scenario = RandomScenario.Of(seed);
            var plain = Given.Run(scenario.Setup(engine, fastForward: false), scenario.Jobs, new HoldingRouter(mostInFlight: 4));
            var fast = Given.Run(scenario.Setup(engine), scenario.Jobs, new HoldingRouter(mostInFlight: 4));
            plain.AssertSameAs(fast, $"{engine}, holding, seed {seed}");
        }
    }

    /// <summary>Every policy of the catalogue and the options above, on the start of a trace, under the router that sees most of a replica.</summary>
    [SharedTheory("traces/azure-2023-conv.csv.gz")]
    [MemberData(nameof(EnginesOnTraces))]
    public void Equals_step_by_step_on_chat_traffic(string engine) => AssertSameOnTrace("azure-2023-conv.csv.gz", engine);

    /// <inheritdoc cref="Equals_step_by_step_on_chat_traffic"/>
    [SharedTheory("traces/mooncake-conversation.jsonl.gz")]
    [MemberData(nameof(EnginesOnTraces))]
    public void Equals_step_by_step_on_long_shared_prefixes(string engine) => AssertSameOnTrace("mooncake-conversation.jsonl.gz", engine);

    /// <inheritdoc cref="Equals_step_by_step_on_chat_traffic"/>
    [SharedTheory("traces/servegen-reasoning.csv.gz")]
    [MemberData(nameof(EnginesOnTraces))]
    public void Equals_step_by_step_on_long_outputs(string engine) => AssertSameOnTrace("servegen-reasoning.csv.gz", engine);

    [Fact]
    public void A_request_that_decodes_alone_is_planned_a_few_times_only()
    {
        var limits = Given.Limits();
        var scheduler = new Counting(new Vllm(new Vllm.Options()));
        var replica = new Replica(0, limits, scheduler, new EngineRates(limits, Given.UnitStep), new Deaf());
        replica.Submit(Given.Job(prompt: 100).Request, TimeSpan.Zero, outputTokens: 500);

        var now = TimeSpan.Zero;
        while (replica.BeginStep(now))
        {
            now = replica.RunHeldSteps(now + Given.UnitStep.Predict(replica.Plan.Shape), TimeSpan.MaxValue, Given.UnitStep);
            replica.EndStep(now);
        }

        Assert.Equal(500, replica.Steps);
        Assert.InRange(scheduler.Plans, 2, 5);
    }

    private static SimulationRun Play(SimulationSetup setup, IEnumerable<Job> jobs) => Given.Run(setup, jobs);

    private static void AssertSameOnTrace(string file, string engine)
    {
        var workload = WorkloadCatalog.Open(SharedData.PathOf($"traces/{file}"), new WorkloadOptions { Limit = 2000 });
        var setup = Given.Setup(engine, "sal", Given.RealReplica, Given.RealReplica) with { CheckInvariants = false };
        Play(setup with { FastForward = false }, workload.Jobs()).AssertSameAs(Play(setup, workload.Jobs()), $"{file}, {engine}");
    }

    private sealed class Counting(IEngineScheduler inner) : IEngineScheduler
    {
        internal int Plans { get; private set; }

        public IQueueOrder Order => inner.Order;

        public IVictimRule Victim => inner.Victim;

        public void Plan(in EngineSnapshot engine, StepPlan plan)
        {
            Plans++;
            inner.Plan(engine, plan);
        }
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
