using HalfFull.Engine;
using HalfFull.Migration;
using HalfFull.Policies;
using HalfFull.Queueing;
using HalfFull.Routing;
using HalfFull.Scaling;

namespace HalfFull.Simulation;

/// <summary>The policies that the simulator knows: all those of the core library.</summary>
public static class PolicyCatalogs
{
    /// <summary>Engine schedulers.</summary>
    public static PolicyCatalog<IEngineScheduler> Engines { get; } = PolicyCatalog<IEngineScheduler>.FromAssembly(typeof(IEngineScheduler).Assembly);

    /// <summary>Routers.</summary>
    public static PolicyCatalog<IRouter> Routers { get; } = PolicyCatalog<IRouter>.FromAssembly(typeof(IRouter).Assembly);

    /// <summary>Queue policies, which order what waits in front of a fleet. The simulator has no such queue yet; the gateway has.</summary>
    public static PolicyCatalog<IQueuePolicy> Queues { get; } = PolicyCatalog<IQueuePolicy>.FromAssembly(typeof(IQueuePolicy).Assembly);

    /// <summary>Autoscalers, which say how many replicas a fleet should have.</summary>
    public static PolicyCatalog<IAutoscaler> Autoscalers { get; } = PolicyCatalog<IAutoscaler>.FromAssembly(typeof(IAutoscaler).Assembly);

    /// <summary>Migrators, which say what moves between replicas.</summary>
    public static PolicyCatalog<IMigrator> Migrators { get; } = PolicyCatalog<IMigrator>.FromAssembly(typeof(IMigrator).Assembly);
}
