namespace HalfFull.Policies;

/// <summary>Puts a policy into the catalogue: its name on the command line and its one sentence of help.</summary>
/// <param name="name">Lower-case kebab, at most 20 characters; a bundle that mimics a release carries it after <c>@</c>, as in <c>vllm@0.11</c>.</param>
/// <param name="summary">One sentence: what the policy prefers and when it loses.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class PolicyAttribute(string name, string summary) : Attribute
{
    /// <summary>The name in a <see cref="PolicySpec"/>.</summary>
    public string Name { get; } = name;

    /// <summary>What the policy prefers and when it loses.</summary>
    public string Summary { get; } = summary;
}
