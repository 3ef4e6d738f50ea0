using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Prediction;

namespace HalfFull.Queueing.Queues;

/// <summary>
/// The order of LARRY (our own reading of arXiv 2410.17840, not its authors' formula) in front of a fleet: the rates are those of all replicas together, and memory
/// presses while requests are held for lack of it.
/// </summary>
[Policy("larry", "Sends whoever has waited longer than the delay it imposes on the others (our reading of LARRY); bounded overtaking, but the longest prompts wait longer.")]
public sealed class LarryQueue : IQueuePolicy, IRestorable
{
    private const double OutputPrior = 2;
    private readonly double a;
    private readonly bool byTenant;
    private readonly TenantOutputs outputs = new(OutputPrior);
    private readonly LarryOrder order;
    private readonly PressedOrder pressed;

    /// <summary>One queue.</summary>
    public LarryQueue(Options options, IServiceRates rates)
    {
        ArgumentNullException.ThrowIfNull(options);
        a = options.A;
        byTenant = options.Tenants;
        order = new LarryOrder(
            new Larry.Options
            {
                A = options.A,
                Base = options.Base,
                PerWaiting = options.PerWaiting,
                Memory = options.Memory,
                Tenants = options.Tenants,
                Target = options.Target,
            },
            outputs,
            rates);
        pressed = new PressedOrder(order);
    }

    /// <inheritdoc/>
    public IQueueOrder Order => pressed;

    /// <inheritdoc/>
    public TimeSpan? OvertakenWithin(TimeSpan waited)
    {
        var seconds = Math.Max(a, waited.TotalSeconds / 2);
        return seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    /// <inheritdoc/>
    public void MemoryChanged(TimeSpan now, bool isHeld) => pressed.Changed(now, isHeld);

    /// <inheritdoc/>
    public void Ended(in RequestRecord record)
    {
        if (record.Outcome == Outcome.Completed)
        {
            outputs.Finished(byTenant ? outputs.IndexOf(record.Tenant) : 0, record.OutputTokens);
        }
    }

    /// <inheritdoc/>
    public void Save(StateWriter state)
    {
        outputs.SaveMeans(state);
        pressed.Save(state);
    }

    /// <inheritdoc/>
    public void Restore(ref StateReader state)
    {
        outputs.RestoreMeans(ref state);
        pressed.Restore(ref state);
    }

    /// <summary>The ingredients of the order, with the recommended defaults.</summary>
    public sealed record Options
    {
        /// <summary>A, seconds.</summary>
        [Option("A in seconds: bound of the delay for which a request is held back; a request may be overtaken only by those that arrive within max(A, half its wait) of it.")]
        [Range(0.0, double.PositiveInfinity)]
        public double A { get; init; } = 180;

        /// <summary>Base weight of the cost.</summary>
        [Option("Weight of a request's cost with nobody waiting.")]
        [Range(0.0, 1e6)]
        public double Base { get; init; } = 10;

        /// <summary>Weight per waiting request.</summary>
        [Option("Weight of a request's cost for each waiting request.")]
        [Range(0.0, 1e6)]
        public double PerWaiting { get; init; } = 1;

        /// <summary>Weight of the memory part of the cost.</summary>
        [Option("Weight of the memory part of the cost.")]
        [Range(0.0, 1e6)]
        public double Memory { get; init; } = 1;

        /// <summary>Whether tenants are told apart.</summary>
        [Option("Learn output lengths of each tenant where tenants are known.")]
        public bool Tenants { get; init; } = true;

        /// <summary>Target of TTFT; null is off.</summary>
        [Option("Target for time to first token; a request that has missed it competes as if it had just arrived, until A (off: none).")]
        public TimeSpan? Target { get; init; }
    }
}
