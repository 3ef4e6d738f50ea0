using System.Runtime.InteropServices;
using HalfFull.Gateway.OpenAi;

namespace HalfFull.Gateway.Forwarding;

/// <summary>How the relay of an answer went.</summary>
/// <param name="IsComplete">Whether the replica ended it as it should.</param>
/// <param name="Usage">The usage it told; null for none.</param>
/// <param name="Cause">Why it is not complete.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RelayResult(bool IsComplete, TokenUsage? Usage, string Cause = "");
