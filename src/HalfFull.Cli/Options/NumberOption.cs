using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace HalfFull.Cli.Options;

/// <summary>Options that take one number; anything else gets a sentence that names option, value and what is accepted.</summary>
internal static class NumberOption
{
    /// <summary>A whole number that has a default.</summary>
    public static Option<int> Whole(string name, int fallback, int least, int most, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => fallback,
        CustomParser = result => (int)(ParseWhole(result, name, least, most) ?? fallback),
    };

    /// <summary>A whole number without a default.</summary>
    public static Option<long?> OptionalWhole(string name, long least, long most, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => ParseWhole(result, name, least, most),
    };

    /// <summary>A number of more than 0 without a default.</summary>
    public static Option<double?> OptionalPositive(string name, string helpName, double most, string description) => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result => ParsePositive(result, name, most),
    };

    /// <summary>A share from 0 to 1 that has a default.</summary>
    public static Option<double> Share(string name, double fallback, string description) => new(name)
    {
        Description = description,
        HelpName = "F",
        DefaultValueFactory = _ => fallback,
        CustomParser = result => ParseShare(result, name) ?? fallback,
    };

    private static double? ParseShare(ArgumentResult result, string name)
    {
        var text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1)
        {
            return share;
        }

        result.AddError($"{name} {text} is not accepted: give a share from 0 to 1.");
        return null;
    }

    private static long? ParseWhole(ArgumentResult result, string name, long least, long most)
    {
        var text = result.Tokens[0].Value;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} {text} is not accepted: give a whole number from {least} to {most}."));
        return null;
    }

    private static double? ParsePositive(ArgumentResult result, string name, double most)
    {
        var text = result.Tokens[0].Value;
        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (double.TryParse(text, Styles, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most)
        {
            return number;
        }

        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} {text} is not accepted: give a number above 0 and up to {most:0}."));
        return null;
    }
}
