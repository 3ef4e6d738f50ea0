using System.CommandLine;
using HalfFull.Policies;
using HalfFull.Simulation.Fleets;
using HalfFull.Simulation.Runs;

namespace HalfFull.Cli.Options;

/// <summary>Turns parsed options into plans.</summary>
internal sealed class RunSettings(CommonOptions options, ParseResult parsed, CancellationToken cancellation)
{
    /// <summary>The plan of one run.</summary>
    public RunPlan Plan(PolicySpec engine, PolicySpec router, Fleet fleet, Traffic traffic, ulong seed) => options.Roles.Apply(parsed, new RunPlan
    {
        Engine = engine,
        Router = router,
        Fleet = options.Fleet.WithBundle(parsed, fleet, engine),
        Traffic = traffic,
        Seed = seed,
        Predictor = options.PredictorOf(parsed),
        PrefixHits = options.PrefixHits(parsed),
        SnapshotAge = options.SnapshotAge(parsed),
        Gateways = options.Gateways(parsed),
        Scenario = options.ScenarioOf(parsed),
        Autoscale = options.AutoscaleOf(parsed),
        Migrate = options.MigrateOf(parsed),
        FastForward = options.FastForward(parsed),
        Slo = options.SloOf(parsed),
    });

    /// <summary>The traffic of a seed; its load, where one is asked for, is on the given fleet.</summary>
    public Traffic Open(Fleet fleet, ulong seed, double? defaultLoad = null, int rate = 0)
    {
        var workload = options.Traffic.Open(parsed, seed, index: rate);
        return (options.Traffic.Load(parsed, rate) ?? defaultLoad) is { } load
            ? Traffic.AtLoad(workload, fleet, load, seed, cancellation)
            : new Traffic(workload);
    }
}
