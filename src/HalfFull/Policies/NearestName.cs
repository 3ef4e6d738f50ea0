namespace HalfFull.Policies;

/// <summary>Finds the name that a misspelt one was probably meant to be.</summary>
internal static class NearestName
{
    /// <summary>The candidate with the fewest edits, the first of equals; null when none is near enough to be a likely slip.</summary>
    public static string? Among(string name, IEnumerable<string> candidates)
    {
        var farthest = 1 + (name.Length / 4);
        return candidates
            .Select(candidate => (Candidate: candidate, Edits: Edits(name, candidate)))
            .Where(pair => pair.Edits <= farthest && pair.Edits < pair.Candidate.Length)
            .OrderBy(pair => pair.Edits)
            .FirstOrDefault().Candidate;
    }

    /// <summary>Levenshtein distance: insertions, deletions and substitutions that turn one text into the other, case ignored.</summary>
    private static int Edits(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var same = char.ToLowerInvariant(from[i - 1]) == char.ToLowerInvariant(to[j - 1]);
                var substituted = diagonal + (same ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[to.Length];
    }
}
