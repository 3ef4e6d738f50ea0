namespace HalfFull.Engine.StepTime;

/// <summary>How model names are spelled: <c>llama-3-8b</c>, never <c>meta-llama/Meta-Llama-3-8B-Instruct</c>; both are accepted.</summary>
public static class ModelName
{
    private static readonly string[] Suffixes = ["-hf", "-instruct"];

    /// <summary>Lower case, without the vendor before a slash and without <c>Meta-</c>, <c>-hf</c> and <c>-Instruct</c>.</summary>
    public static string Canonical(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var canonical = name.Trim().ToLowerInvariant();
        canonical = canonical[(canonical.LastIndexOf('/') + 1)..];
        if (canonical.StartsWith("meta-", StringComparison.Ordinal))
        {
            canonical = canonical["meta-".Length..];
        }

        while (Array.Find(Suffixes, suffix => canonical.EndsWith(suffix, StringComparison.Ordinal)) is { } found)
        {
            canonical = canonical[..^found.Length];
        }

        return canonical;
    }
}
