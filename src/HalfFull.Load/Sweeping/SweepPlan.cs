using HalfFull.Load.Plans;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Load.Sweeping;

/// <summary>How the highest rate is looked for.</summary>
/// <param name="Load">What each trial sends, but for its rate; its duration is that of a trial.</param>
/// <param name="Workload">The workload at a rate for a seed.</param>
/// <param name="Attainment">Share of requests that must meet the SLO.</param>
/// <param name="Start">First rate, requests per second.</param>
/// <param name="Precision">How close the answer must be, as a share of it.</param>
/// <param name="Repeats">Most trials at one rate; odd.</param>
/// <param name="Most">Highest rate to try.</param>
public sealed record SweepPlan(
    LoadPlan Load, Func<double, ulong, IWorkload> Workload, double Attainment, double Start, double Precision, int Repeats, double Most);
