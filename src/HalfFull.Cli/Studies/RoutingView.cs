using HalfFull.Cli.Output;

namespace HalfFull.Cli.Studies;

/// <summary>How much routers are shown: the age of reports, and how many gateways decide without seeing each other's requests.</summary>
/// <param name="Milliseconds">Mean time between two reports of a replica; 0: routers see replicas as they are.</param>
/// <param name="Gateways">Independent gateways.</param>
internal sealed record RoutingView(int Milliseconds, int Gateways)
{
    /// <summary>One gateway that sees everything.</summary>
    public static RoutingView Fresh { get; } = new(0, 1);

    /// <summary>One gateway with reports of a second.</summary>
    public static RoutingView Old { get; } = new(1000, 1);

    /// <summary>Those of the targets: reports of up to a second, one gateway and four.</summary>
    public static IReadOnlyList<RoutingView> Targets { get; } = [Fresh, new(100, 1), Old, new(0, 4), new(100, 4), new(1000, 4)];

    /// <summary>Those of the table of views. All ages with sixteen gateways would tell little more than these.</summary>
    public static IReadOnlyList<RoutingView> All { get; } =
        [Fresh, new(100, 1), Old, new(10_000, 1), new(0, 4), new(100, 4), new(1000, 4), new(10_000, 4), new(0, 16), new(1000, 16)];

    /// <summary>Time between two reports.</summary>
    public TimeSpan Age => TimeSpan.FromMilliseconds(Milliseconds);

    /// <summary>Such as <c>100 ms, 4 gw</c>.</summary>
    public string Label => $"{(Milliseconds == 0 ? "fresh" : Figures.Seconds(Age.TotalSeconds))}, {Gateways} gw";
}
