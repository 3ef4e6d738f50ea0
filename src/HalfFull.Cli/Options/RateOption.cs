using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace HalfFull.Cli.Options;

/// <summary>Options that set the arrival rate: one number, or several of which each is a comparison of its own.</summary>
internal static class RateOption
{
    /// <summary>No command runs more rates.</summary>
    private const int MostRates = 64;

    /// <summary>An option without a default.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="helpName">What its value is called in help.</param>
    /// <param name="most">Largest number accepted.</param>
    /// <param name="several">Whether several rates are accepted.</param>
    /// <param name="description">What it does.</param>
    public static Option<double[]?> Of(string name, string helpName, double most, bool several, string description) => new(name)
    {
        Description = several ? $"{description}; several as {helpName}..{helpName} or {helpName},{helpName},..." : description,
        HelpName = helpName,
        CustomParser = result => Parse(result, name, most, several),
    };

    private static double[]? Parse(ArgumentResult result, string name, double most, bool several)
    {
        var text = result.Tokens[0].Value;
        var dots = text.IndexOf("..", StringComparison.Ordinal);
        var isList = dots >= 0 || text.Contains(',', StringComparison.Ordinal);
        if (isList && !several)
        {
            result.AddError($"{name} {text} is several rates, which only compare accepts; give one number.");
            return null;
        }

        if (Read(text, dots, most) is { } rates)
        {
            return rates;
        }

        var accepted = string.Create(CultureInfo.InvariantCulture, $"give a number above 0 and up to {most:0}");
        result.AddError($"{name} {text} is not accepted: {accepted}{(isList ? $", or at most {MostRates} of them as 0.5..1.1, 1..4 or 1,2,4" : string.Empty)}.");
        return null;
    }

    private static double[]? Read(string text, int dots, double most)
    {
        if (dots < 0)
        {
            var list = text.Split(',').Select(part => Number(part, most)).ToArray();
            return list.All(static number => number is not null) && list.Length <= MostRates ? [.. list.Select(static number => number!.Value).Distinct()] : null;
        }

        if (Number(text[..dots], most) is not { } first || Number(text[(dots + 2)..], most) is not { } last || last < first)
        {
            return null;
        }

        // Whole ends count by one, others by a tenth. Rounding takes away what adding tenths in binary leaves.
        var perUnit = double.IsInteger(first) && double.IsInteger(last) ? 1 : 10;
        var steps = Math.Floor(((last - first) * perUnit) + 1e-9);
        return steps < MostRates ? [.. Enumerable.Range(0, (int)steps + 1).Select(i => Math.Round(first + ((double)i / perUnit), 9))] : null;
    }

    private static double? Number(string text, double most)
    {
        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, Styles, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most ? number : null;
    }
}
