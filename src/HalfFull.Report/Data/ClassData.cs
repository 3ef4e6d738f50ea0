namespace HalfFull.Report.Data;

/// <summary>A class of requests under one combination.</summary>
/// <param name="Kind"><c>prompt</c> or <c>tenant</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Requests">Requests that arrived.</param>
/// <param name="Completed">Requests that completed.</param>
/// <param name="Ttft">Mean time to first token, seconds.</param>
/// <param name="E2E">Mean end-to-end time, seconds.</param>
/// <param name="Slowdown">Mean slowdown.</param>
/// <param name="TtftChange">Mean TTFT over that of the first combination; null for the first itself.</param>
/// <param name="E2EChange">Mean E2E over that of the first.</param>
/// <param name="SlowdownChange">Mean slowdown over that of the first.</param>
public sealed record ClassData(
    string Kind,
    string Name,
    long Requests,
    long Completed,
    double Ttft,
    [property: System.Text.Json.Serialization.JsonPropertyName("e2e")] double E2E,
    double Slowdown,
    ChangeData? TtftChange,
    [property: System.Text.Json.Serialization.JsonPropertyName("e2eChange")] ChangeData? E2EChange,
    ChangeData? SlowdownChange);
