using System.Globalization;

namespace HalfFull;

/// <summary>
/// The spelling of bandwidths in options: a number and a unit without a space, such as <c>25GB/s</c> or <c>200Gbit/s</c>. Units are decimal: a GB is 10^9 bytes.
/// </summary>
public static class Bandwidth
{
    /// <summary>What is accepted, as a phrase for error messages and help.</summary>
    public const string Accepts = "a bandwidth from 1MB/s to 1000TB/s, such as 25GB/s or 200Gbit/s";

    private const decimal Least = 1_000_000;
    private const decimal Most = 1_000_000_000_000_000;

    // Largest first: the order in which formatting tries them.
    private static readonly (string Suffix, decimal BytesPerSecond)[] Units =
    [
        ("TB/s", 1_000_000_000_000),
        ("GB/s", 1_000_000_000),
        ("MB/s", 1_000_000),
        ("kB/s", 1_000),
        ("Tbit/s", 125_000_000_000),
        ("Gbit/s", 125_000_000),
        ("Mbit/s", 125_000),
    ];

    /// <summary>Reads a bandwidth, bytes per second; false when the text is none.</summary>
    public static bool TryParse(string? text, out double bytesPerSecond)
    {
        bytesPerSecond = 0;
        var digits = text.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        foreach (var (suffix, unit) in Units)
        {
            if (text.AsSpan(digits).SequenceEqual(suffix)
                && decimal.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number <= Most / unit && number * unit >= Least)
            {
                bytesPerSecond = (double)(number * unit);
                return true;
            }
        }

        return false;
    }

    /// <summary>The shortest text in bytes per second, such as <c>25GB/s</c> or <c>12.5GB/s</c>; reads back as the same bandwidth when it has up to 15 digits.</summary>
    /// <param name="bytesPerSecond">From 10^6 to 10^15.</param>
    public static string Format(double bytesPerSecond)
    {
        foreach (var (suffix, unit) in Units)
        {
            if (bytesPerSecond >= (double)unit)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{(decimal)bytesPerSecond / unit:0.############}{suffix}");
            }
        }

        throw new ArgumentOutOfRangeException(nameof(bytesPerSecond), bytesPerSecond, "It is below 1 kB/s.");
    }
}
