using System.Globalization;

namespace HalfFull.Load.Plans;

/// <summary>An arrival rate that changes linearly over the length of a run.</summary>
/// <param name="From">Requests per second at the start, not negative.</param>
/// <param name="To">Requests per second at the end, not negative; not both are 0.</param>
public sealed record Ramp(double From, double To)
{
    /// <summary>Mean rate over the run.</summary>
    public double MeanRequestsPerSecond => (From + To) / 2;

    /// <summary>Reads <c>1..20</c>.</summary>
    /// <exception cref="FormatException">The text is no ramp; the message quotes it.</exception>
    public static Ramp Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var dots = text.IndexOf("..", StringComparison.Ordinal);
        return dots > 0 && TryRate(text[..dots], out var from) && TryRate(text[(dots + 2)..], out var to) && from + to > 0
            ? new Ramp(from, to)
            : throw new FormatException($"'{text}' is not a ramp such as 1..20 (requests per second at the start and at the end).");
    }

    /// <summary>
    /// When the process with this rate has its n-th expected arrival: the inverse of the cumulative rate. Arrivals of a process of
    /// constant rate, put through it, become those of the ramp (time change).
    /// </summary>
    /// <param name="expected">Expected number of arrivals before the moment.</param>
    /// <param name="length">Length of the ramp.</param>
    public TimeSpan At(double expected, TimeSpan length)
    {
        // From * t + (To - From) * t^2 / (2 * length) = expected, solved without cancellation when both rates are nearly equal.
        var slope = (To - From) / length.TotalSeconds;
        var root = Math.Sqrt(Math.Max(0, (From * From) + (2 * slope * expected)));
        return expected <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(2 * expected / (From + root));
    }

    private static bool TryRate(string text, out double rate) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out rate) && double.IsFinite(rate) && rate <= 1e6;
}
