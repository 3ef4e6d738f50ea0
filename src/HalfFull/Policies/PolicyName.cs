using System.Text.RegularExpressions;

namespace HalfFull.Policies;

/// <summary>What a policy may be called.</summary>
internal static partial class PolicyName
{
    public const int LongestName = 20;

    public const string Accepts = "lower-case letters, digits and single hyphens, at most 20 characters, with an optional release as in vllm@0.11";

    public static bool IsValid(string name)
    {
        var at = name.IndexOf('@', StringComparison.Ordinal);
        var family = at < 0 ? name : name[..at];
        return family.Length <= LongestName && KebabCase.IsKebab(family) && (at < 0 || Release().IsMatch(name[(at + 1)..]));
    }

    [GeneratedRegex(@"^[a-z0-9]+([.-][a-z0-9]+)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Release();
}
