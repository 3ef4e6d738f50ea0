using System.Globalization;

namespace HalfFull.Policies;

/// <summary>A bundle of a catalogue: a policy with options and engine limits, under the name of a release.</summary>
/// <param name="Name">Its name in a spec.</param>
/// <param name="Spec">The policy with its options.</param>
/// <param name="Summary">What it mimics and what is left to the user.</param>
public sealed record PolicyBundle(string Name, PolicySpec Spec, string Summary)
{
    /// <summary>Most tokens in one step; null when the bundle does not say.</summary>
    public int? TokenBudget { get; init; }

    /// <summary>Most sequences running at a time; null when the bundle does not say.</summary>
    public int? MaxSequences { get; init; }

    /// <summary>Tokens in one KV block; null when the bundle does not say.</summary>
    public int? BlockSize { get; init; }

    /// <summary>Such as <c>vllm:full-gate=false with 2,048 tokens a step, 256 sequences, blocks of 16 tokens</c>.</summary>
    public string Contents => string.Create(
        CultureInfo.InvariantCulture,
        $"{Spec} with {TokenBudget:#,0} tokens a step, {MaxSequences:#,0} sequences, blocks of {BlockSize} {(BlockSize == 1 ? "token" : "tokens")}");

    internal static PolicyBundle Of(string policy, BundleAttribute attribute) => new(
        attribute.Name, PolicySpec.Parse(attribute.Options.Length == 0 ? policy : $"{policy}:{attribute.Options}"), attribute.Summary)
    {
        TokenBudget = Given(attribute.TokenBudget),
        MaxSequences = Given(attribute.MaxSequences),
        BlockSize = Given(attribute.BlockSize),
    };

    /// <summary>The policy's spec with the bundle's options, those of the user's spec in their place where both name one.</summary>
    internal PolicySpec With(PolicySpec user)
    {
        var options = Spec.Options.Where(own => !user.Options.Any(given => string.Equals(given.Key, own.Key, StringComparison.Ordinal))).Concat(user.Options).ToArray();
        return options.Length == 0
            ? PolicySpec.Parse(Spec.Name)
            : PolicySpec.Parse($"{Spec.Name}:{string.Join(',', options.Select(static option => $"{option.Key}={option.Value}"))}");
    }

    private static int? Given(int value) => value > 0 ? value : null;
}
