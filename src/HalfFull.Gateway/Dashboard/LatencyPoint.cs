namespace HalfFull.Gateway.Dashboard;

/// <summary>Latencies in a stretch of time; a figure that nothing was measured for is null.</summary>
/// <param name="Age">From the middle of the stretch until now.</param>
/// <param name="Length">Its length.</param>
/// <param name="FirstTokens">First tokens that came back in it.</param>
/// <param name="TtftP50">Median of their TTFT, seconds.</param>
/// <param name="TtftP99">99th percentile of it, seconds.</param>
/// <param name="Ended">Attempts that ended in it.</param>
/// <param name="TpotP50">Median of their TPOT, seconds.</param>
/// <param name="TpotP99">99th percentile of it, seconds.</param>
/// <param name="OutputTokens">Their output tokens.</param>
internal sealed record LatencyPoint(
    TimeSpan Age, TimeSpan Length, int FirstTokens, double? TtftP50, double? TtftP99, int Ended, double? TpotP50, double? TpotP99, long OutputTokens);
