namespace HalfFull.Gateway.Forwarding;

/// <summary>Limits retries to a share of requests, so that a failing fleet is not asked even more. Thread-safe.</summary>
/// <param name="share">Retries for each request.</param>
internal sealed class RetryBudget(double share)
{
    // Retries granted at first, and most that can be saved up.
    private const double Reserve = 10;

    private readonly Lock gate = new();
    private double left = Reserve;

    /// <summary>A request came.</summary>
    public void Add()
    {
        lock (gate)
        {
            left = Math.Min(Reserve, left + share);
        }
    }

    /// <summary>Takes a retry, if one is left.</summary>
    public bool TryTake()
    {
        lock (gate)
        {
            if (left < 1)
            {
                return false;
            }

            left--;
            return true;
        }
    }
}
