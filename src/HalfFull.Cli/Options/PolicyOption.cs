using System.CommandLine;
using HalfFull.Policies;

namespace HalfFull.Cli.Options;

/// <summary>An option that takes the spec of one policy, such as <c>larry:a=60</c>.</summary>
internal static class PolicyOption
{
    /// <summary>The option.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="what">What the policy is for.</param>
    /// <param name="fallback">The spec without it.</param>
    /// <param name="validate">Throws <see cref="PolicyException"/> on a spec that is refused.</param>
    public static Option<PolicySpec?> Of(string name, string what, string fallback, Action<PolicySpec> validate) => TextOption.Of(
        name,
        "SPEC",
        text =>
        {
            var spec = PolicySpec.Parse(text);
            validate(spec);
            return spec;
        },
        $"{what}, such as {fallback}; halffull policies lists them [default: {fallback}]");
}
