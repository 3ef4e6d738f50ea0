namespace HalfFull.Policies;

/// <summary>Makes a property of a policy's nested <c>Options</c> record an option of its spec.</summary>
/// <param name="summary">One sentence for the help; it names the unit where the type does not.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OptionAttribute(string summary) : Attribute
{
    /// <summary>What the option does.</summary>
    public string Summary { get; } = summary;

    /// <summary>The word that stands for null, where the property can be null.</summary>
    public string Null { get; init; } = "off";

    /// <summary>The option's name where it is not the property's name in kebab case.</summary>
    public string? Name { get; init; }
}
