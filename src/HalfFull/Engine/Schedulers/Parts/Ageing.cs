using HalfFull.Policies;
using HalfFull.Queueing;

namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>The option <c>age</c> of policies that could otherwise starve somebody: it wraps their order.</summary>
internal static class Ageing
{
    /// <summary>What the option says where the order counts output tokens.</summary>
    internal const string ByOutput = "Waiting time that counts as much as one output token less (off: no ageing; long outputs may starve).";

    /// <summary>What the option says where the order counts prompt tokens.</summary>
    internal const string ByPrompt = "Waiting time that counts as much as one prompt token less (off: no ageing; long prompts may starve).";

    /// <summary>The order, aged if a time is given.</summary>
    /// <exception cref="PolicyException">The time is not above zero.</exception>
    internal static IQueueOrder Of(IQueueOrder order, TimeSpan? age, string policy) => age switch
    {
        null => order,
        { Ticks: > 0 } time => AgedOrder.ByTime(order, time),
        _ => throw new PolicyException($"Option 'age' of policy '{policy}' must be longer than 0s, or off."),
    };
}
