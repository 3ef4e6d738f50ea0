using System.Text.Json.Serialization;

namespace HalfFull.Report.Data;

/// <summary>Distributions of a combination.</summary>
/// <param name="Ttft">Time to first token, seconds.</param>
/// <param name="Tpot">Time per output token, seconds.</param>
/// <param name="E2E">End to end, seconds.</param>
public sealed record CurveSet(CurveData Ttft, CurveData Tpot, [property: JsonPropertyName("e2e")] CurveData E2E);
