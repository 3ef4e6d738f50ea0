using HalfFull.Metrics;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Load.Plans;

/// <summary>What is sent, when, and what of it is measured.</summary>
public sealed record LoadPlan
{
    /// <summary>The jobs and, in an open loop, their arrivals.</summary>
    public required IWorkload Workload { get; init; }

    /// <summary>Requests in flight in a closed loop; null for an open loop.</summary>
    public int? Concurrency { get; init; }

    /// <summary>Changes the rate over <see cref="Duration"/>; null keeps the workload's arrivals.</summary>
    public Ramp? Ramp { get; init; }

    /// <summary>Requests due later are not sent; null sends all of the workload.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Requests scheduled before this are sent but not measured.</summary>
    public TimeSpan WarmUp { get; init; }

    /// <summary>Requests scheduled within this of the end are sent but not measured.</summary>
    public TimeSpan CoolDown { get; init; }

    /// <summary>Share of requests that the client cancels while they are being answered.</summary>
    public double CancelRate { get; init; }

    /// <summary>Share of requests whose client reads slowly; they load the server and are left out of latency figures.</summary>
    public double SlowReaderRate { get; init; }

    /// <summary>How long a slow reader pauses between reads.</summary>
    public TimeSpan SlowReaderPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Requests of one conversation: each further turn sends the whole conversation so far, the server's answers included.</summary>
    public int Turns { get; init; } = 1;

    /// <summary>From the end of an answer to the next turn.</summary>
    public TimeSpan ThinkTime { get; init; }

    /// <summary>Whole responses instead of streams.</summary>
    public bool Unary { get; init; }

    /// <summary>The client gives up on a request after this.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Seed of cancellations, slow readers and prompt texts.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Bounds for attainment and goodput.</summary>
    public Slo Slo { get; init; } = Slo.None;

    /// <summary>Whether a request due then is still sent; further turns of a conversation are requests like any other.</summary>
    public bool IsWithinDuration(TimeSpan due) => Duration is not { } end || due < end;
}
