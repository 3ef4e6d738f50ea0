using System.CommandLine;

namespace HalfFull.Cli.Options;

/// <summary>Options that take a bandwidth such as <c>25GB/s</c>.</summary>
internal static class BandwidthOption
{
    /// <summary>A bandwidth without a default, bytes per second.</summary>
    public static Option<double?> Of(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "25GB/s",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Bandwidth.TryParse(text, out var bytesPerSecond))
            {
                return bytesPerSecond;
            }

            result.AddError($"{name} {text} is not accepted: give {Bandwidth.Accepts}.");
            return null;
        },
    };
}
