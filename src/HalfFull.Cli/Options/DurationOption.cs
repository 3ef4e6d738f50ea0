using System.CommandLine;

namespace HalfFull.Cli.Options;

/// <summary>Options that take a duration such as <c>30s</c>.</summary>
internal static class DurationOption
{
    /// <summary>A duration without a default.</summary>
    public static Option<TimeSpan?> Of(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "30s",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Duration.TryParse(text, out var duration))
            {
                return duration;
            }

            result.AddError($"{name} {text} is not accepted: give {Duration.Accepts}.");
            return null;
        },
    };
}
