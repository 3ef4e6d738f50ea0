using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Queueing;
using HalfFull.Routing;
using HalfFull.Scheduling;

namespace HalfFull.Tests.Scheduling;

/// <summary>
/// A front scheduler before replicas that prefill one prompt after the other at a fixed rate, and whose requests then stay for ten milliseconds a token. Everything happens
/// at exact times, in a fixed order.
/// </summary>
internal sealed class FrontWorld
{
    private const double DecodeSeconds = 0.01;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);
    private readonly SortedDictionary<(TimeSpan, int), Action> events = [];
    private readonly Server[] servers;
    private int eventNumber;
    private bool looks;

    internal FrontWorld(string queue, int replicas = 1, double rate = 10_000, string router = "sal", FrontLimits? limits = null, TenantWeights? weights = null, long? capacity = null)
    {
        Front = new FrontScheduler(PolicySpec.Parse(router), PolicySpec.Parse(queue), 7, limits ?? new FrontLimits(), weights ?? new TenantWeights());
        servers = [.. Enumerable.Range(0, replicas).Select(i => new Server { Id = i, Rate = rate, Capacity = capacity })];
    }

    internal FrontScheduler Front { get; }

    internal TimeSpan Now { get; private set; }

    /// <summary>Every decision but holds, with its time.</summary>
    internal List<(TimeSpan Time, FrontDecision Decision)> Decisions { get; } = [];

    internal IEnumerable<long> Released => Decisions.Where(item => item.Decision.Kind == FrontDecisionKind.Release).Select(item => item.Decision.Request!.Id);

    /// <summary>What the scheduler is shown now.</summary>
    internal FrontReplica[] View() => [.. servers.Select(server => server.View(Now))];

    internal void At(double seconds, Action action) => events.Add((TimeSpan.FromSeconds(seconds), eventNumber++), action);

    /// <summary>A request comes at its arrival and generates as many tokens as its limit.</summary>
    internal void Arrive(Request request) => At(request.Arrival.TotalSeconds, () => Front.Join(Now, request, 0));

    /// <summary>Runs until nothing happens any more, or until a time.</summary>
    internal void Run(double until = double.PositiveInfinity)
    {
        while (events.Count > 0 && events.First() is var (key, action) && key.Item1.TotalSeconds <= until)
        {
            events.Remove(key);
            Now = key.Item1;
            action();
            Pass();
        }
    }

    private void Pass()
    {
        while (true)
        {
            var decision = Front.Next(Now, 0, View());
            if (decision.Kind == FrontDecisionKind.Hold)
            {
                break;
            }

            Decisions.Add((Now, decision));
            if (decision.Kind == FrontDecisionKind.Release)
            {
                Send(servers[decision.Index], decision.Request!);
            }
        }

        if (Front.Waiting > 0 && !looks)
        {
            looks = true;
            At((Now + Look).TotalSeconds, () => looks = false);
        }
    }

    private void Send(Server server, Request request)
    {
        server.InFlight.Add(request);
        var start = server.BusyUntil > Now ? server.BusyUntil : Now;
        server.BusyUntil = start + TimeSpan.FromSeconds(request.PromptTokens / server.Rate);
        var (sent, first) = (Now, server.BusyUntil);
        At(first.TotalSeconds, () =>
        {
            server.Prefilled.Add(request.Id);
            Front.FirstToken(Now, request, server.Id);
        });
        At((first + TimeSpan.FromSeconds(request.MaxOutputTokens * DecodeSeconds)).TotalSeconds, () =>
        {
            server.InFlight.Remove(request);
            Front.Ended(new RequestRecord(
                request.Id, request.Arrival, sent, first, Now, request.PromptTokens, 0, request.MaxOutputTokens, 0, server.Id, request.Tenant, Outcome.Completed));
        });
    }

    private sealed class Server
    {
        internal required int Id { get; init; }

        internal required double Rate { get; init; }

        internal required long? Capacity { get; init; }

        internal List<Request> InFlight { get; } = [];

        internal HashSet<long> Prefilled { get; } = [];

        internal TimeSpan BusyUntil { get; set; }

        internal FrontReplica View(TimeSpan now)
        {
            var unstarted = InFlight.Where(request => !Prefilled.Contains(request.Id)).ToArray();
            var left = (long)Math.Ceiling(Math.Max(0, (BusyUntil - now).TotalSeconds) * Rate);
            var view = new ReplicaView
            {
                Replica = Id,
                State = ReplicaState.Ready,
                PrefillTokensPerSecond = Rate,
                KvCapacityTokens = Capacity,
                KvTokensInUse = InFlight.Sum(request => request.PromptTokens),
                QueuedPrefillTokens = left,
                InFlightRequests = InFlight.Count,
                InFlightPromptTokens = InFlight.Sum(request => request.PromptTokens),
            };
            return new FrontReplica(view, left, unstarted.Length, IsReported: true);
        }
    }
}
