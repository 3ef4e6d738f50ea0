using HalfFull.Engine;
using HalfFull.Engine.StepTime;
using HalfFull.Metrics;
using HalfFull.Queueing;

namespace HalfFull.Tests;

/// <summary>Makes the objects that tests arrange.</summary>
internal static class Given
{
    internal static readonly IStepTimeModel UnitStep = new ConstantStep(TimeSpan.FromMilliseconds(10));

    internal static Request Request(
        long id = 0, int prompt = 100, int max = 1000, double arrival = 0, string? tenant = null, long[]? hashes = null, int unit = 16, int? predicted = null) =>
        new(id, TimeSpan.FromSeconds(arrival), prompt, max)
        {
            Tenant = tenant,
            PrefixHashes = hashes,
            PrefixUnitTokens = hashes is null ? 0 : unit,
            PredictedOutputTokens = predicted,
        };

    internal static EngineLimits Limits(int blocks = 1000, int budget = 2048, int seats = 256, int blockSize = 16) =>
        new(blocks) { TokenBudget = budget, MaxSequences = seats, BlockSize = blockSize };

    internal static QueueEntry Entry(Request request) => new(request, request.PromptTokens, 0);

    internal static EngineRates Rates(EngineLimits limits) => new(limits, UnitStep);

    internal static DrivenEngine Engine(Func<EngineLimits, EngineRates, IEngineScheduler> scheduler, EngineLimits? limits = null) =>
        new(scheduler, limits ?? Limits());

    /// <summary>A step that takes the same time whatever it does.</summary>
    private sealed class ConstantStep(TimeSpan duration) : IStepTimeModel
    {
        public TimeSpan Predict(in StepShape shape) => duration;
    }

    /// <summary>A replica driven by hand in steps of 10 ms, with everything that it delivered.</summary>
    internal sealed class DrivenEngine : IReplicaListener
    {
        internal DrivenEngine(Func<EngineLimits, EngineRates, IEngineScheduler> scheduler, EngineLimits limits)
        {
            var rates = Rates(limits);
            Scheduler = scheduler(limits, rates);
            Replica = new Replica(0, limits, Scheduler, rates, this);
        }

        internal Replica Replica { get; }

        internal IEngineScheduler Scheduler { get; }

        internal TimeSpan Now { get; private set; }

        internal List<RequestRecord> Records { get; } = [];

        internal List<long> FirstTokens { get; } = [];

        internal List<(TimeSpan Gap, long Count)> Gaps { get; } = [];

        internal Sequence Submit(Request request, int output = 10) => Replica.Submit(request, Now, output);

        /// <summary>Runs one step and returns what was planned, as "id:tokens id:tokens".</summary>
        internal string Step()
        {
            if (!Replica.BeginStep(Now))
            {
                Replica.CheckInvariants();
                return string.Empty;
            }

            Replica.CheckInvariants();
            var planned = string.Join(' ', Replica.Plan.Scheduled.ToArray().Select(sequence => $"{sequence.Request.Id}:{sequence.ScheduledTokens}"));
            Now += TimeSpan.FromMilliseconds(10);
            Replica.EndStep(Now);
            Replica.CheckInvariants();
            return planned;
        }

        internal void RunToEnd(int mostSteps = 100_000)
        {
            for (var i = 0; Replica.HasWork; i++)
            {
                Assert.True(i < mostSteps, "The engine does not come to an end.");
                if (Step().Length == 0 && Replica.WakeAt is { } wake && wake > Now)
                {
                    Now = wake;
                }
            }
        }

        internal void Wait(double seconds) => Now += TimeSpan.FromSeconds(seconds);

        void IReplicaListener.TokenGap(TimeSpan gap, long count) => Gaps.Add((gap, count));

        void IReplicaListener.FirstToken(int replica, Sequence sequence, TimeSpan now) => FirstTokens.Add(sequence.Request.Id);

        void IReplicaListener.Ended(Sequence sequence, in RequestRecord record) => Records.Add(record);
    }
}
