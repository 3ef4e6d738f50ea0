using System.Text.Json.Serialization;

namespace HalfFull.Report.Data;

/// <summary>A request that took much longer than it would have alone.</summary>
/// <param name="Seed">Seed of its run.</param>
/// <param name="Id">Its place in the order of arrival.</param>
/// <param name="Tenant">Its tenant; null when unknown.</param>
/// <param name="Replica">Index of its replica.</param>
/// <param name="Arrival">When it arrived, seconds.</param>
/// <param name="Prompt">Prompt tokens.</param>
/// <param name="Output">Output tokens.</param>
/// <param name="Preemptions">Times it lost its KV.</param>
/// <param name="Queue">Arrival to first scheduled token, seconds.</param>
/// <param name="Ttft">Time to first token, seconds.</param>
/// <param name="E2E">End to end, seconds.</param>
/// <param name="Slowdown">End to end over the same alone on an idle replica.</param>
public sealed record SlowRequest(
    long Seed,
    long Id,
    string? Tenant,
    int Replica,
    double Arrival,
    int Prompt,
    int Output,
    int Preemptions,
    double Queue,
    double Ttft,
    [property: JsonPropertyName("e2e")] double E2E,
    double Slowdown);
