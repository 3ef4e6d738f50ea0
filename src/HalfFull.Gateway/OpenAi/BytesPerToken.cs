using System.Collections.Concurrent;

namespace HalfFull.Gateway.OpenAi;

/// <summary>Bytes of prompt text to a token, learned for each model from the usage that replicas report. Thread-safe.</summary>
public sealed class BytesPerToken
{
    private const double Start = 4;
    private const double Smoothing = 0.05;
    private const int FewestTokens = 32; // below, templates and special tokens drown the ratio
    private const int MostModels = 1_000;

    private readonly ConcurrentDictionary<string, double> ratios = new(StringComparer.Ordinal);

    /// <summary>The ratio for a model: 4 until something was learned.</summary>
    public double Of(string? model) => model is not null && ratios.TryGetValue(model, out var ratio) ? ratio : Start;

    /// <summary>An answer told how many tokens a prompt had.</summary>
    public void Learn(string? model, long bytes, int tokens)
    {
        if (model is null || bytes <= 0 || tokens < FewestTokens || (ratios.Count >= MostModels && !ratios.ContainsKey(model)))
        {
            return;
        }

        var seen = Math.Clamp((double)bytes / tokens, 1, 8);
        ratios.AddOrUpdate(model, static (_, seen) => Start + ((seen - Start) * 0.5), static (_, old, seen) => old + (Smoothing * (seen - old)), seen);
    }
}
