namespace HalfFull.Prediction;

/// <summary>
/// Learns on line: a quantile of the lengths of the tenant's last 400 outputs, or of everybody's last 1,000 while the tenant has fewer than 20; of those longer
/// than what the request has generated. Nothing is predicted before 20 requests have finished. An output longer than all known ones is expected to go on
/// for as long again. It knows nothing of the prompt.
/// </summary>
public sealed class QuantilePredictor : ILengthPredictor
{
    private const int LeastOutputs = 20;
    private const int TenantWindow = 400;
    private const int GlobalWindow = 1000;
    private readonly double quantile;
    private readonly LengthHistory everybody = new(GlobalWindow);
    private readonly Dictionary<string, LengthHistory> tenants = new(StringComparer.Ordinal);

    /// <summary>A predictor of the given quantile, above 0 and below 1; the median unless given.</summary>
    public QuantilePredictor(double quantile = 0.5)
    {
        if (!(quantile is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(quantile), quantile, "must be above 0 and below 1");
        }

        this.quantile = quantile;
    }

    /// <inheritdoc/>
    public int? Predict(Request request) => Of(request, 0);

    /// <inheritdoc/>
    public int Refine(Request request, int outputTokens)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Of(request, outputTokens) ?? Math.Max(outputTokens + 1, request.PredictedOutputTokens ?? request.MaxOutputTokens);
    }

    /// <inheritdoc/>
    public void Finished(Request request, int outputTokens)
    {
        ArgumentNullException.ThrowIfNull(request);
        everybody.Add(outputTokens);
        if (request.Tenant is not { } tenant)
        {
            return;
        }

        if (!tenants.TryGetValue(tenant, out var history))
        {
            history = new LengthHistory(TenantWindow);
            tenants.Add(tenant, history);
        }

        history.Add(outputTokens);
    }

    private int? Of(Request request, int outputTokens)
    {
        ArgumentNullException.ThrowIfNull(request);
        var history = request.Tenant is { } tenant && tenants.TryGetValue(tenant, out var own) && own.Count >= LeastOutputs ? own : everybody;
        if (history.Count < LeastOutputs)
        {
            return null;
        }

        var expected = history.Quantile(quantile, outputTokens) ?? 2 * (long)outputTokens;
        return (int)Math.Max(outputTokens + 1, Math.Min(expected, request.MaxOutputTokens));
    }
}
