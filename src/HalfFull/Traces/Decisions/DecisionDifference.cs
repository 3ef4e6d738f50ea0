using System.Globalization;
using HalfFull.Scheduling;

namespace HalfFull.Traces.Decisions;

/// <summary>A decision that came out differently when it was made again.</summary>
/// <param name="At">Where it is logged.</param>
/// <param name="Logged">What the log says.</param>
/// <param name="Again">What came out now.</param>
/// <param name="Inputs">The inputs of both, one line each.</param>
public sealed record DecisionDifference(LogPosition At, string Logged, string Again, IReadOnlyList<string> Inputs)
{
    internal static DecisionDifference Of(
        in LogPosition at, TimeSpan now, int lane, ReadOnlySpan<FrontReplica> replicas, string logged, string again)
    {
        var inputs = new List<string> { string.Create(CultureInfo.InvariantCulture, $"now {now:c}, lane {lane}, {replicas.Length} replicas") };
        foreach (ref readonly var replica in replicas)
        {
            inputs.Add(string.Create(CultureInfo.InvariantCulture, $"{replica}"));
        }

        return new DecisionDifference(at, logged, again, inputs);
    }

    internal static string Show(in LoggedDecision decision, ReadOnlySpan<FrontReplica> replicas) => decision.Kind switch
    {
        FrontDecisionKind.Hold => $"hold, {decision.Held}",
        FrontDecisionKind.Release => string.Create(CultureInfo.InvariantCulture, $"request {decision.Request} to {To(decision.Index, replicas)}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{decision.Kind} request {decision.Request}"),
    };

    internal static string Show(TimeSpan? retryAfter) =>
        retryAfter is { } time ? string.Create(CultureInfo.InvariantCulture, $"refuse for {time.TotalSeconds} s") : "let wait";

    private static string To(int index, ReadOnlySpan<FrontReplica> replicas) => index >= 0 && index < replicas.Length
        ? string.Create(CultureInfo.InvariantCulture, $"replica {replicas[index].View.Replica}")
        : string.Create(CultureInfo.InvariantCulture, $"index {index}, which there is not");
}
