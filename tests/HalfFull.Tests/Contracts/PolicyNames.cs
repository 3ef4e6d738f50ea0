using HalfFull.Engine;
using HalfFull.Policies;
using HalfFull.Queueing;
using HalfFull.Routing;

namespace HalfFull.Tests.Contracts;

/// <summary>Every policy of the library, so that a new one is held to the contract without being listed anywhere.</summary>
public static class PolicyNames
{
    internal static readonly PolicyCatalog<IEngineScheduler> Engines = PolicyCatalog<IEngineScheduler>.FromAssembly(typeof(Replica).Assembly);

    internal static readonly PolicyCatalog<IRouter> Routers = PolicyCatalog<IRouter>.FromAssembly(typeof(Replica).Assembly);

    internal static readonly PolicyCatalog<IQueuePolicy> Queues = PolicyCatalog<IQueuePolicy>.FromAssembly(typeof(Replica).Assembly);

    public static TheoryData<string> EngineNames => [.. Engines.Entries.Select(static entry => entry.Name)];

    public static TheoryData<string> RouterNames => [.. Routers.Entries.Select(static entry => entry.Name)];

    public static TheoryData<string> QueueNames => [.. Queues.Entries.Select(static entry => entry.Name)];

    /// <summary>Every name, and every name with each value of each option that is a choice.</summary>
    public static TheoryData<string> EngineSpecs => [.. Engines.Entries.SelectMany(Specs)];

    /// <inheritdoc cref="EngineSpecs"/>
    public static TheoryData<string> RouterSpecs => [.. Routers.Entries.SelectMany(Specs)];

    /// <inheritdoc cref="EngineSpecs"/>
    public static TheoryData<string> QueueSpecs => [.. Queues.Entries.SelectMany(Specs)];

    /// <summary>Values that an option does not accept, with the spec that holds them.</summary>
    public static TheoryData<string> RefusedEngineSpecs => [.. Engines.Entries.SelectMany(Refused)];

    /// <inheritdoc cref="RefusedEngineSpecs"/>
    public static TheoryData<string> RefusedRouterSpecs => [.. Routers.Entries.SelectMany(Refused)];

    /// <inheritdoc cref="RefusedEngineSpecs"/>
    public static TheoryData<string> RefusedQueueSpecs => [.. Queues.Entries.SelectMany(Refused)];

    private static IEnumerable<string> Specs(PolicyEntry policy) =>
        policy.Options.SelectMany(option => Choices(option).Select(value => $"{policy.Name}:{option.Name}={value}")).Prepend(policy.Name);

    private static IEnumerable<string> Choices(OptionEntry option)
    {
        const string choice = "one of ";
        var values = option.Accepts.StartsWith(choice, StringComparison.Ordinal)
            ? option.Accepts[choice.Length..].Split(", ")
            : string.Equals(option.Accepts, "true or false", StringComparison.Ordinal) ? ["true", "false"] : [];
        return values.Where(value => !string.Equals(value, option.Default, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Refused(PolicyEntry policy) =>
        policy.Options
            .Where(static option => !string.Equals(option.Accepts, "a text", StringComparison.Ordinal))
            .Select(option => $"{policy.Name}:{option.Name}=gibberish")
            .Append($"{policy.Name}:no-such-option=1");
}
