using HalfFull.Engine;
using HalfFull.Engine.StepTime;
using HalfFull.Gateway.Replicas;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Routing;
using HalfFull.Scheduling;

namespace HalfFull.Gateway.Tests.Replicas;

/// <summary>The real pool before real engine cores, in virtual time: streamed requests or others, a report of every engine four times a second, no network.</summary>
internal sealed class VirtualFleet : IDisposable
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(250);
    private static readonly PolicyCatalog<IEngineScheduler> Engines = PolicyCatalog<IEngineScheduler>.FromAssembly(typeof(IEngineScheduler).Assembly);
    private readonly ManualTime time = new();
    private readonly PriorityQueue<Action, (TimeSpan, long)> events = new();
    private readonly Server[] servers;
    private readonly List<(Task<Dispatch> Route, Request Request)> pending = [];
    private readonly bool reports;
    private readonly bool streams;
    private long eventNumber;
    private int unsent;

    internal VirtualFleet(string router, string queue, string engine, IStepTimeModel[] steps, EngineLimits limits, bool reports = true, FrontLimits? front = null, bool streams = true)
    {
        Pool = new ReplicaPool(new GatewayOptions { Time = time, Router = PolicySpec.Parse(router), Queue = PolicySpec.Parse(queue), Limits = front ?? new FrontLimits() });
        this.reports = reports;
        this.streams = streams;
        servers = [.. steps.Select((step, i) => new Server(this, i, engine, step, limits))];
        Array.ForEach(servers, server => Pool.Checked(server.Remote, passed: true));
    }

    internal ReplicaPool Pool { get; }

    /// <summary>Time to first token of every request that has got one.</summary>
    internal Dictionary<long, TimeSpan> Ttft { get; } = [];

    /// <summary>When the last one ended.</summary>
    internal TimeSpan End { get; private set; }

    /// <summary>Requests that each replica got.</summary>
    internal long[] Shares => [.. servers.Select(server => server.Remote.Requests)];

    /// <summary>Prompt tokens that each replica got.</summary>
    internal long[] TokenShares => [.. servers.Select(server => server.Tokens)];

    internal RemoteReplica[] Replicas => [.. servers.Select(server => server.Remote)];

    public void Dispose() => Pool.Dispose();

    /// <summary>A request comes at its arrival and generates that many tokens.</summary>
    internal void Arrive(Request request)
    {
        unsent++;
        At(request.Arrival, () =>
        {
            unsent--;
            pending.Add((Pool.RouteAsync(request, "m", isExact: false, isStreamed: streams).AsTask(), request));
        });
    }

    /// <summary>Runs until everybody is served.</summary>
    internal void Run()
    {
        Array.ForEach(servers, server => At(ReportInterval, server.Report));
        while (events.TryDequeue(out var action, out var key))
        {
            time.Advance((key.Item1 - Pool.Now).TotalSeconds);
            action();
            Pool.Tick();
            Send();
        }
    }

    private bool HasWork => unsent > 0 || pending.Count > 0 || servers.Any(server => server.Core.HasWork);

    private void At(TimeSpan when, Action action) => events.Enqueue(action, (when, eventNumber++));

    /// <summary>Hands over what the pool has let go. It tells so in tasks, which may take a moment of real time.</summary>
    private void Send()
    {
        SpinWait.SpinUntil(() => pending.Count(item => !item.Route.IsCompleted) <= Pool.Waiting);
        foreach (var (route, request) in pending.Where(item => item.Route.IsCompleted).ToArray())
        {
            var dispatch = route.Result;
            servers[dispatch.Replica.Id].Take(dispatch, request);
        }

        pending.RemoveAll(item => item.Route.IsCompleted);
    }

    private sealed class Server : IReplicaListener
    {
        private readonly VirtualFleet fleet;
        private readonly IStepTimeModel step;
        private readonly Dictionary<long, Dispatch> open = [];
        private readonly List<Action> told = [];
        private double generated;
        private (double Prompts, double Cached, double Seconds, double Count) firstTokens;
        private (double Seconds, double Count) gaps;

        internal Server(VirtualFleet fleet, int id, string engine, IStepTimeModel step, EngineLimits limits)
        {
            this.fleet = fleet;
            this.step = step;
            var rates = new EngineRates(limits, step);
            Core = new Replica(id, limits, Engines.Create(PolicySpec.Parse(engine), rates, limits, new Rng(1)), rates, this);
            Remote = fleet.Pool.Add(new Uri($"http://r{id}:80/"));
        }

        internal Replica Core { get; }

        internal RemoteReplica Remote { get; }

        internal long Tokens { get; private set; }

        internal void Take(Dispatch dispatch, Request request)
        {
            Tokens += request.PromptTokens;
            open.Add(request.Id, dispatch);
            Core.Submit(request, fleet.Pool.Now, request.MaxOutputTokens);
            Begin();
        }

        internal void Report()
        {
            if (fleet.reports)
            {
                var report = new EngineReport
                {
                    Waiting = Core.Waiting,
                    Running = Core.Running,
                    KvUsage = Core.KvTokensInUse / (double)Core.Limits.KvCapacityTokens,
                    KvCapacityTokens = Core.Limits.KvCapacityTokens,
                    GenerationTokens = generated,
                    PromptTokens = firstTokens.Prompts,
                    CachedTokens = firstTokens.Cached,
                    PrefillSeconds = firstTokens.Seconds,
                    FirstTokens = firstTokens.Count,
                    GapSeconds = gaps.Seconds,
                    Gaps = gaps.Count,
                };
                fleet.Pool.Reported(Remote, report, fleet.Pool.Now);
            }

            if (fleet.HasWork)
            {
                fleet.At(fleet.Pool.Now + ReportInterval, Report);
            }
        }

        public void TokenGap(TimeSpan gap, long count) => gaps = (gaps.Seconds + (gap.TotalSeconds * count), gaps.Count + count);

        public void FirstToken(int replica, Sequence sequence, TimeSpan now)
        {
            fleet.Ttft.Add(sequence.Request.Id, now - sequence.Request.Arrival);
            var (request, sent) = (sequence.Request, open[sequence.Request.Id].Lease.SentAt);
            firstTokens = (firstTokens.Prompts + request.PromptTokens, firstTokens.Cached + sequence.CachedTokens, firstTokens.Seconds + (now - sent).TotalSeconds, firstTokens.Count + 1);
            if (fleet.streams)
            {
                told.Add(() => fleet.Pool.FirstToken(open[request.Id]));
            }
        }

        public void Ended(Sequence sequence, in RequestRecord record)
        {
            var (prompt, output, cached) = (record.PromptTokens, record.OutputTokens, record.CachedTokens);
            generated += output;
            told.Add(() =>
            {
                fleet.End = fleet.Pool.Now;
                open.Remove(sequence.Request.Id, out var dispatch);
                if (fleet.streams)
                {
                    fleet.Pool.AddOutput(dispatch!, output);
                }

                fleet.Pool.End(dispatch!, DispatchOutcome.Completed, prompt, output, cached);
            });
        }

        private void Begin()
        {
            if (Core.IsStepInFlight || !Core.BeginStep(fleet.Pool.Now))
            {
                return;
            }

            fleet.At(fleet.Pool.Now + step.Predict(Core.Plan.Shape), () =>
            {
                Core.EndStep(fleet.Pool.Now);
                told.ForEach(tell => tell());
                told.Clear();
                Begin();
            });
        }
    }
}
