namespace HalfFull.Load.OpenAi;

/// <summary>What a server said, as a part of a sentence.</summary>
internal static class Excerpt
{
    /// <summary>The text on one line, cut off after so many characters.</summary>
    public static string Of(string text, int longest)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length > longest ? line[..longest] + "…" : line;
    }
}
