using System.Runtime.InteropServices;

namespace HalfFull.Engine;

/// <summary>What a finished step did.</summary>
/// <param name="Now">End of the step.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="PrefillTokens">Tokens computed in prefill chunks.</param>
/// <param name="DecodeSequences">Sequences that decoded.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct StepReport(TimeSpan Now, TimeSpan Duration, int PrefillTokens, int DecodeSequences);
