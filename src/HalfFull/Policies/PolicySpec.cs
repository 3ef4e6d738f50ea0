namespace HalfFull.Policies;

/// <summary>
/// A policy and its options as one string, the same on the command line, in JSON and in reports: <c>larry:a=60,z=1</c>.
/// Two specs are equal when they name the same policy with the same option texts, in any order.
/// </summary>
public sealed class PolicySpec : IEquatable<PolicySpec>
{
    private readonly string text;

    private PolicySpec(string name, KeyValuePair<string, string>[] options)
    {
        Name = name;
        Options = options;
        text = options.Length == 0 ? name : $"{name}:{string.Join(',', options.Select(option => $"{option.Key}={option.Value}"))}";
    }

    /// <summary>The policy's name.</summary>
    public string Name { get; }

    /// <summary>The options given, as names and texts, sorted by name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Options { get; }

    /// <summary>Reads <c>name</c> or <c>name:option=value,option=value</c>; whether the policy and its options exist is for the catalogue to say.</summary>
    /// <exception cref="PolicyException">The text is no spec; the message quotes it and says what would be accepted.</exception>
    public static PolicySpec Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var name = (colon < 0 ? text : text[..colon]).Trim();
        if (!PolicyName.IsValid(name))
        {
            throw new PolicyException($"Policy name '{name}' in '{text}' is not of the accepted form: {PolicyName.Accepts}.");
        }

        var options = colon < 0 ? [] : text[(colon + 1)..].Split(',').Select(part => ParseOption(part, text)).ToArray();
        Array.Sort(options, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        for (var i = 1; i < options.Length; i++)
        {
            if (string.Equals(options[i].Key, options[i - 1].Key, StringComparison.Ordinal))
            {
                throw new PolicyException($"Option '{options[i].Key}' is given twice in '{text}'; give it once.");
            }
        }

        return new PolicySpec(name, options);
    }

    /// <summary>The canonical text: options sorted by name, values as given.</summary>
    public override string ToString() => text;

    /// <inheritdoc/>
    public bool Equals(PolicySpec? other) => other is not null && string.Equals(text, other.text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PolicySpec);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(text);

    private static KeyValuePair<string, string> ParseOption(string part, string text)
    {
        var equals = part.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? string.Empty : part[..equals].Trim();
        var value = part[(equals + 1)..].Trim();
        return name.Length > 0 && value.Length > 0
            ? KeyValuePair.Create(name, value)
            : throw new PolicyException($"'{part}' in '{text}' is not an option of the form name=value, as in larry:a=60,z=1.");
    }
}
