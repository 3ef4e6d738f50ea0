namespace HalfFull.Report.Data;

/// <summary>The life of one request. Times are seconds.</summary>
/// <param name="Id">Its place in the order of arrival.</param>
/// <param name="Tenant">Its tenant; null when unknown.</param>
/// <param name="Prompt">Prompt tokens.</param>
/// <param name="Cached">Prompt tokens found in the prefix cache.</param>
/// <param name="Output">Output tokens.</param>
/// <param name="Preemptions">Times it lost its KV.</param>
/// <param name="Arrival">When it arrived.</param>
/// <param name="FirstToken">When its first token came.</param>
/// <param name="Finish">When it ended.</param>
/// <param name="Slowdown">End to end over the same alone; null unless it completed.</param>
/// <param name="Joined">Whether it had more spans than are kept, so that later decoding and pauses are joined.</param>
/// <param name="Spans">Its spans, four numbers each: phase (0 waiting, 1 prefill, 2 decode, 3 paused, 4 preempted), start, duration, tokens.</param>
public sealed record LifeData(
    long Id,
    string? Tenant,
    int Prompt,
    int Cached,
    int Output,
    int Preemptions,
    double Arrival,
    double FirstToken,
    double Finish,
    double? Slowdown,
    bool Joined,
    IReadOnlyList<double> Spans);
