namespace HalfFull.Policies;

/// <summary>A named bundle that mimics a release of a system: the policy it stands on, the options and the engine limits with which the release ships.</summary>
/// <param name="name">The system and its release, as in <c>vllm@0.11</c>.</param>
/// <param name="options">Options of the policy that differ from its defaults, as in a spec; empty for none.</param>
/// <param name="summary">One sentence: what it mimics and what is left to the user.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class BundleAttribute(string name, string options, string summary) : Attribute
{
    /// <summary>The name in a <see cref="PolicySpec"/>.</summary>
    public string Name { get; } = name;

    /// <summary>The options.</summary>
    public string Options { get; } = options;

    /// <summary>What it mimics.</summary>
    public string Summary { get; } = summary;

    /// <summary>Most tokens in one step; 0: not part of the bundle.</summary>
    public int TokenBudget { get; init; }

    /// <summary>Most sequences running at a time; 0: not part of the bundle.</summary>
    public int MaxSequences { get; init; }

    /// <summary>Tokens in one KV block; 0: not part of the bundle.</summary>
    public int BlockSize { get; init; }
}
