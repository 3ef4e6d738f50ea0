using System.Globalization;

namespace HalfFull.Cli.Options;

/// <summary>A number of parameters, such as <c>125m</c>.</summary>
/// <param name="Value">The number.</param>
internal sealed record ParameterCount(long Value)
{
    private const double Most = 10e9;

    /// <summary>Reads the option.</summary>
    /// <exception cref="FormatException">It is no such number.</exception>
    public static ParameterCount Parse(string text)
    {
        var factor = char.ToLowerInvariant(text[^1]) switch
        {
            'k' => 1e3,
            'm' => 1e6,
            'b' => 1e9,
            _ => 1,
        };
        var digits = factor > 1 ? text[..^1] : text;
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number > 0 && number * factor <= Most
            ? new ParameterCount((long)(number * factor))
            : throw new FormatException($"--params {text} is not accepted: give a number such as 4m, 125m or 1b, up to 10b.");
    }
}
