using System.Globalization;
using HalfFull.Gateway.Http;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Access;

/// <summary>
/// What a key may still use this minute. Tokens are reserved when a request comes, the prompt by estimate and the output by the mean of the key's answers, and
/// corrected by what it really used. Thread-safe.
/// </summary>
internal sealed class RateLimit
{
    private const double FirstOutputTokens = 256;
    private const double Smoothing = 0.05;

    private readonly Lock gate = new();
    private readonly string name;
    private readonly TokenBucket? requests;
    private readonly TokenBucket? tokens;
    private double meanOutput = FirstOutputTokens;

    private RateLimit(ApiKey key)
    {
        name = key.Name;
        requests = key.RequestsPerMinute is { } perMinute ? new TokenBucket(perMinute) : null;
        tokens = key.TokensPerMinute is { } most ? new TokenBucket(most) : null;
    }

    /// <summary>The limit of a key; null when it has none.</summary>
    public static RateLimit? Of(ApiKey key) => key.RequestsPerMinute is null && key.TokensPerMinute is null ? null : new RateLimit(key);

    /// <summary>Reserves for a request.</summary>
    /// <exception cref="RequestRefusedException">The limit is used up: 429, with the time after which it is not.</exception>
    public RateCharge Reserve(Request request, TimeSpan now)
    {
        lock (gate)
        {
            var amount = request.PromptTokens + Math.Min(request.MaxOutputTokens, meanOutput);
            var wait = requests?.WaitFor(1, now) ?? TimeSpan.Zero;
            if (wait > TimeSpan.Zero)
            {
                throw Refused("requests", wait);
            }

            wait = tokens?.WaitFor(amount, now) ?? TimeSpan.Zero;
            if (wait > TimeSpan.Zero)
            {
                throw Refused("tokens", wait);
            }

            requests?.Take(1);
            tokens?.Take(amount);
            return new RateCharge(this, amount);
        }
    }

    /// <summary>Corrects a reservation.</summary>
    /// <param name="reserved">Tokens reserved.</param>
    /// <param name="promptTokens">Prompt tokens used; 0 when no replica worked on it.</param>
    /// <param name="outputTokens">Output tokens used.</param>
    internal void Settle(double reserved, int promptTokens, int outputTokens)
    {
        lock (gate)
        {
            tokens?.Take(promptTokens + outputTokens - reserved);
            if (outputTokens > 0)
            {
                meanOutput += Smoothing * (outputTokens - meanOutput);
            }
        }
    }

    private RequestRefusedException Refused(string what, TimeSpan wait)
    {
        var seconds = (int)Math.Ceiling(Math.Max(1, wait.TotalSeconds));
        return new RequestRefusedException(
            StatusCodes.Status429TooManyRequests,
            "rate_limited",
            string.Create(CultureInfo.InvariantCulture, $"Key '{name}' has used up its {what} per minute; try again in {seconds} s."))
        {
            RetryAfterSeconds = seconds,
        };
    }
}
