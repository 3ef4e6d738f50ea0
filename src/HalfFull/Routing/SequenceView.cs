using System.Runtime.InteropServices;

namespace HalfFull.Routing;

/// <summary>A sequence running on a replica, as a router sees it.</summary>
/// <param name="KvTokens">Tokens whose KV it holds.</param>
/// <param name="PrefillTokensLeft">Tokens that it must still prefill.</param>
/// <param name="OutputTokens">Tokens generated so far.</param>
/// <param name="OutputLimit">Most tokens that it can generate.</param>
/// <param name="PredictedOutputTokens">Predicted output tokens; null when nobody predicts.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SequenceView(int KvTokens, int PrefillTokensLeft, int OutputTokens, int OutputLimit, int? PredictedOutputTokens);
