using System.Globalization;

namespace HalfFull.Simulation.Workloads;

/// <summary>Reads <c>name:key=value,key=value</c>, the way in which distributions are written on the command line.</summary>
internal sealed class DistributionText
{
    /// <summary>No length is longer.</summary>
    public const int MaxTokens = 100_000_000;

    private readonly string text;
    private readonly string accepted;
    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    /// <summary>Splits the text.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="accepted">What is accepted, for messages.</param>
    public DistributionText(string text, string accepted)
    {
        ArgumentNullException.ThrowIfNull(text);
        this.text = text;
        this.accepted = accepted;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        Name = colon < 0 ? text : text[..colon];
        Argument = colon < 0 ? "" : text[(colon + 1)..];
        foreach (var part in Argument.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && !values.TryAdd(part[..equals], part[(equals + 1)..]))
            {
                throw Error();
            }
        }
    }

    /// <summary>What stands before the colon.</summary>
    public string Name { get; }

    /// <summary>What stands behind it.</summary>
    public string Argument { get; }

    /// <summary>Takes the value of a key; <paramref name="fallback"/> when it is absent, an error when there is none.</summary>
    public double Take(string key, double min, double max, double? fallback = null)
    {
        if (!values.Remove(key, out var value))
        {
            return fallback ?? throw Error();
        }

        return Number(value, min, max);
    }

    /// <summary>A whole number of tokens, at least <paramref name="min"/>.</summary>
    public int Tokens(string value, int min)
    {
        var number = Number(value, min, MaxTokens);
        return number == Math.Floor(number) ? (int)number : throw Error();
    }

    /// <summary>A number in a range, without thousands separators.</summary>
    private double Number(string value, double min, double max) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max ? number : throw Error();

    /// <summary>Ends the reading: a key that nobody took is an error.</summary>
    public void End()
    {
        if (values.Count > 0)
        {
            throw Error();
        }
    }

    /// <summary>The error that names the text and what is accepted.</summary>
    public WorkloadException Error() => new($"'{text}' is not accepted; write {accepted}.");
}
