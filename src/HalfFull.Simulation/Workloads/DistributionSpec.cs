using System.Globalization;

namespace HalfFull.Simulation.Workloads;

/// <summary>A distribution as text: a name and numbers, such as <c>gamma:cv=2</c> or <c>uniform:min=10,max=200</c>.</summary>
internal sealed class DistributionSpec
{
    private readonly string text;
    private readonly string accepts;
    private readonly Dictionary<string, double> numbers = new(StringComparer.Ordinal);

    /// <summary>Reads the text.</summary>
    /// <param name="text">What the user gave.</param>
    /// <param name="accepts">What is accepted, for the error.</param>
    /// <exception cref="FormatException">It is not of that form.</exception>
    internal DistributionSpec(string text, string accepts)
    {
        this.text = text;
        this.accepts = accepts;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        Name = colon < 0 ? text : text[..colon];
        foreach (var part in colon < 0 ? [] : text[(colon + 1)..].Split(','))
        {
            var fields = part.Split('=');
            if (fields.Length != 2
                || !double.TryParse(fields[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                || !numbers.TryAdd(fields[0], number))
            {
                throw Wrong();
            }
        }
    }

    /// <summary>The distribution's name.</summary>
    internal string Name { get; }

    /// <summary>Takes a number that must be given and lie in a range.</summary>
    internal double Take(string name, double least, double most) =>
        numbers.Remove(name, out var number) && number >= least && number <= most ? number : throw Wrong();

    /// <summary>Refuses numbers that nobody took.</summary>
    internal void RefuseOthers()
    {
        if (numbers.Count > 0)
        {
            throw Wrong();
        }
    }

    /// <summary>The error that quotes the text and says what is accepted.</summary>
    internal FormatException Wrong() => new($"'{text}' is not accepted: give {accepts}.");
}
