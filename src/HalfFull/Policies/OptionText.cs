using System.Globalization;

namespace HalfFull.Policies;

/// <summary>Turns the text of an option into a value of its property's type and back; the only list of the types that options may have.</summary>
internal static class OptionText
{
    public static bool Supports(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain.IsEnum || plain == typeof(int) || plain == typeof(long) || plain == typeof(double)
            || plain == typeof(bool) || plain == typeof(TimeSpan) || plain == typeof(string);
    }

    /// <summary>Reads a value; false when the text is none. NaN is never a value; whether an infinity is one is for the range to say.</summary>
    public static bool TryParse(Type type, string text, string nullWord, out object? value)
    {
        value = null;
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return string.Equals(text, nullWord, StringComparison.Ordinal) || TryParse(underlying, text, nullWord, out value);
        }

        value = type switch
        {
            _ when type.IsEnum => Enum.GetValues(type).Cast<object>().FirstOrDefault(item => string.Equals(Format(item), text, StringComparison.Ordinal)),
            _ when type == typeof(int) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null,
            _ when type == typeof(long) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null,
            _ when type == typeof(double) => ParseDouble(text),
            _ when type == typeof(bool) => text switch { "true" => true, "false" => false, _ => null },
            _ when type == typeof(TimeSpan) => Duration.TryParse(text, out var duration) ? duration : null,
            _ => text,
        };
        return value is not null;
    }

    /// <summary>The text that reads back as the value.</summary>
    public static string Format(object value) => value switch
    {
        Enum item => KebabCase.Of(item.ToString()),
        bool flag => flag ? "true" : "false",
        double.PositiveInfinity => "inf",
        double.NegativeInfinity => "-inf",
        TimeSpan duration => Duration.Format(duration),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty,
    };

    /// <summary>What the type takes, as a phrase, with the bounds that an option adds, such as <c> (at least 1)</c>.</summary>
    public static string Accepts(Type type, string bounds, string nullWord)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return $"{Accepts(underlying, bounds, nullWord)}, or {nullWord}";
        }

        var accepted = type switch
        {
            _ when type.IsEnum => "one of " + string.Join(", ", Enum.GetValues(type).Cast<object>().Select(Format)),
            _ when type == typeof(int) || type == typeof(long) => "a whole number",
            _ when type == typeof(double) => "a number",
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(TimeSpan) => Duration.Accepts,
            _ => "a text",
        };
        return accepted + bounds;
    }

    private static object? ParseDouble(string text) => text switch
    {
        "inf" or "infinity" => double.PositiveInfinity,
        "-inf" or "-infinity" => double.NegativeInfinity,
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null,
    };
}
