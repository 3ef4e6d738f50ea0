namespace HalfFull.Gateway.Access;

/// <summary>Grants an amount per minute; a whole minute's worth can be saved up. Not thread-safe.</summary>
/// <param name="perMinute">The amount.</param>
internal sealed class TokenBucket(int perMinute)
{
    private double available = perMinute;
    private TimeSpan updatedAt;

    /// <summary>Time until an amount can be taken; zero when it can be now. More than a minute's worth can be taken when nothing is missing.</summary>
    public TimeSpan WaitFor(double amount, TimeSpan now)
    {
        if (now > updatedAt)
        {
            available = Math.Min(perMinute, available + ((now - updatedAt).TotalMinutes * perMinute));
            updatedAt = now;
        }

        var missing = Math.Min(amount, perMinute) - available;
        return missing > 0 ? TimeSpan.FromMinutes(missing / perMinute) : TimeSpan.Zero;
    }

    /// <summary>Takes an amount; what is not there becomes a debt. A negative amount gives back.</summary>
    public void Take(double amount) => available = Math.Min(perMinute, available - amount);
}
