using System.Text;
using System.Text.RegularExpressions;

namespace HalfFull.Policies;

/// <summary>The spelling of every name that a user types: <c>per-waiting</c> for <c>PerWaiting</c>.</summary>
internal static partial class KebabCase
{
    public static bool IsKebab(string text) => Kebab().IsMatch(text);

    /// <summary>Kebab case of a Pascal-case identifier; a run of capitals is one word, as in <c>ttft-target</c> for <c>TTFTTarget</c>.</summary>
    public static string Of(string identifier)
    {
        var text = new StringBuilder(identifier.Length + 4);
        for (var i = 0; i < identifier.Length; i++)
        {
            var startsWord = i > 0 && char.IsUpper(identifier[i])
                && (!char.IsUpper(identifier[i - 1]) || (i + 1 < identifier.Length && char.IsLower(identifier[i + 1])));
            if (startsWord)
            {
                text.Append('-');
            }

            text.Append(char.ToLowerInvariant(identifier[i]));
        }

        return text.ToString();
    }

    [GeneratedRegex(@"^[a-z][a-z0-9]*(-[a-z0-9]+)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Kebab();
}
