namespace HalfFull.Engine.Victims;

/// <summary>Makes the rule of a name.</summary>
public static class VictimRules
{
    /// <summary>What the option of that name says in every scheduler.</summary>
    public const string Summary = "Who is preempted when a running sequence needs a block and none is free.";

    /// <summary>The rule that a choice names.</summary>
    public static IVictimRule Create(VictimChoice choice) => choice switch
    {
        VictimChoice.Newest => NewestAdmitted.Instance,
        VictimChoice.LatestArrival => new LatestArrival(),
        VictimChoice.FewestOutputs => new FewestOutputs(),
        VictimChoice.LeastRecompute => new LeastRecompute(),
        VictimChoice.LowestPriority => new LowestPriority(),
        _ => throw new ArgumentOutOfRangeException(nameof(choice), choice, "There is no such victim rule."),
    };
}
