using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace HalfFull.Policies;

/// <summary>One property of an <c>Options</c> record as an option: its name, its default and how a text becomes its value.</summary>
internal sealed class OptionBinding
{
    private readonly PropertyInfo property;
    private readonly RangeAttribute? range;
    private readonly string nullWord;

    /// <exception cref="InvalidOperationException">The property cannot be an option: a mistake in the policy, not in its use.</exception>
    public OptionBinding(PropertyInfo property, object defaults)
    {
        this.property = property;
        range = property.GetCustomAttribute<RangeAttribute>();
        var attribute = property.GetCustomAttribute<OptionAttribute>() ?? throw Invalid("has no [Option] with its summary");
        var name = attribute.Name ?? KebabCase.Of(property.Name);
        var standard = property.GetValue(defaults);
        if (!OptionText.Supports(property.PropertyType))
        {
            throw Invalid($"is of type {property.PropertyType}, which no option may have");
        }

        if (!KebabCase.IsKebab(name) || string.IsNullOrWhiteSpace(attribute.Summary))
        {
            throw Invalid("needs a name in lower-case kebab and a summary");
        }

        if (standard is null && Nullable.GetUnderlyingType(property.PropertyType) is null)
        {
            throw Invalid("has no default value");
        }

        if (!IsInRange(standard))
        {
            throw Invalid("has a default outside its own range");
        }

        nullWord = attribute.Null;
        Entry = new OptionEntry(
            name,
            standard is null ? nullWord : OptionText.Format(standard),
            OptionText.Accepts(property.PropertyType, DescribeBounds(), nullWord),
            attribute.Summary);
    }

    public OptionEntry Entry { get; }

    /// <summary>Reads the text and sets the property on an instance of the options.</summary>
    public void Set(object options, string text, string policy)
    {
        if (!OptionText.TryParse(property.PropertyType, text, nullWord, out var value) || !IsInRange(value))
        {
            throw new PolicyException($"Option '{Entry.Name}' of policy '{policy}' cannot be '{text}'; it takes {Entry.Accepts}.");
        }

        property.SetValue(options, value);
    }

    private bool IsInRange(object? value) => value switch
    {
        null => true,
        double.NaN => false,
        double number when range is null => double.IsFinite(number),
        _ => range is null || range.IsValid(value),
    };

    private string DescribeBounds()
    {
        if (range is null)
        {
            return string.Empty;
        }

        // A bound that only repeats the limit of its type tells a reader nothing.
        var lower = (IsUnbounded(range.Minimum), range.MinimumIsExclusive) switch
        {
            (true, _) => null,
            (_, true) => $"above {Text(range.Minimum)}",
            _ => $"at least {Text(range.Minimum)}",
        };
        var upper = (IsUnbounded(range.Maximum), range.MaximumIsExclusive) switch
        {
            (true, _) => null,
            (_, true) => $"below {Text(range.Maximum)}",
            _ => $"at most {Text(range.Maximum)}",
        };
        var bounds = string.Join(" and ", new[] { lower, upper }.OfType<string>());
        return bounds.Length == 0 ? string.Empty : $" ({bounds})";
    }

    private static bool IsUnbounded(object bound) => bound is int.MaxValue or int.MinValue or long.MaxValue or long.MinValue
        || (bound is double number && (double.IsInfinity(number) || Math.Abs(number) >= double.MaxValue));

    private static string Text(object bound) =>
        bound is TimeSpan ? OptionText.Format(bound) : Convert.ToString(bound, CultureInfo.InvariantCulture) ?? string.Empty;

    private InvalidOperationException Invalid(string problem) =>
        new($"Property {property.DeclaringType!.FullName}.{property.Name} {problem}.");
}
