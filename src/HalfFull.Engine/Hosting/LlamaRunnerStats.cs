namespace HalfFull.Engine.Hosting;

/// <summary>What a runner has done so far.</summary>
/// <param name="Steps">Steps.</param>
/// <param name="NativeTime">Time within the library.</param>
/// <param name="SamplingTime">Time in which tokens were chosen.</param>
/// <param name="SwapsOut">Sequences whose KV was copied to host memory.</param>
/// <param name="SwapsIn">Sequences whose KV came back from there.</param>
/// <param name="RepairedTokens">Tokens that had to be computed once more although the core counted them as present; 0 unless a copy failed.</param>
/// <param name="TakenTokens">Prompt tokens that were not computed because their KV was there: prefixes shared with others.</param>
/// <param name="NoRoom">Times that the library had no room although the core had counted it; 0 while the accounts agree.</param>
public sealed record LlamaRunnerStats(
    long Steps, TimeSpan NativeTime, TimeSpan SamplingTime, long SwapsOut, long SwapsIn, long RepairedTokens, long TakenTokens, long NoRoom);
