using HalfFull.Queueing;
using HalfFull.Scheduling;

namespace HalfFull.Tests.Scheduling;

/// <summary>Checks a bound of overtaking by brute force, against everybody who waited.</summary>
internal static class Overtaking
{
    /// <summary>By how much the worst passing at one release came too late to be allowed; negative when none did, the smallest time when nobody was passed.</summary>
    internal static TimeSpan Worst(IQueuePolicy policy, TimeSpan time, Request released, List<(TimeSpan Time, FrontDecision Decision)> releases)
    {
        var worst = TimeSpan.MinValue;
        foreach (var (later, decision) in releases)
        {
            var passed = decision.Request!;
            if (later >= time && passed.Id != released.Id && passed.Arrival < released.Arrival && !(later == time && IsBefore(releases, passed, released)))
            {
                var excess = released.Arrival - passed.Arrival - policy.OvertakenWithin(time - passed.Arrival)!.Value;
                worst = excess > worst ? excess : worst;
            }
        }

        return worst;
    }

    private static bool IsBefore(List<(TimeSpan Time, FrontDecision Decision)> releases, Request first, Request second) =>
        releases.FindIndex(item => item.Decision.Request!.Id == first.Id) < releases.FindIndex(item => item.Decision.Request!.Id == second.Id);
}
