using HalfFull.Policies;
using HalfFull.Simulation;

namespace HalfFull.Cli.Output;

/// <summary>The policies of each kind, in the order in which they are shown.</summary>
internal static class PolicyList
{
    /// <summary>Kind, title and policies.</summary>
    public static IReadOnlyList<(string Kind, string Title, IReadOnlyList<PolicyEntry> Policies)> Kinds { get; } =
    [
        ("engine", "Engine schedulers", PolicyCatalogs.Engines.Entries),
        ("router", "Routers", PolicyCatalogs.Routers.Entries),
        ("queue", "Queue policies of the gateway", PolicyCatalogs.Queues.Entries),
        ("autoscale", "Autoscalers", PolicyCatalogs.Autoscalers.Entries),
        ("migrate", "Migrators", PolicyCatalogs.Migrators.Entries),
    ];
}
