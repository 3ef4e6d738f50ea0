namespace HalfFull.Load.Prompts;

/// <summary>How words become tokens at one server: so many for the chat template, and so many for each word.</summary>
/// <param name="TemplateTokens">Tokens that a prompt has beyond its words.</param>
/// <param name="TokensPerWord">Tokens of a word, more than 0.</param>
public readonly record struct TokenCalibration(int TemplateTokens, double TokensPerWord)
{
    // More than any chat template adds: beyond it the words themselves must be longer than a token.
    private const int LongestTemplate = 100;

    /// <summary>One token a word and no template, for servers that do not report usage.</summary>
    public static TokenCalibration None { get; } = new(0, 1);

    /// <summary>The calibration that explains what the server counted for a prompt of so many words.</summary>
    public static TokenCalibration Of(int words, int promptTokens) =>
        promptTokens <= 0 ? None
        : promptTokens >= words && promptTokens - words <= LongestTemplate ? new TokenCalibration(promptTokens - words, 1)
        : new TokenCalibration(0, (double)promptTokens / words);

    /// <summary>
    /// The calibration that explains what the server counted for two prompts: the difference shows the words, the rest is the template.
    /// One prompt alone cannot tell a long template from long words.
    /// </summary>
    public static TokenCalibration Of(int words, int promptTokens, int fewerWords, int fewerTokens)
    {
        var tokensPerWord = (double)(promptTokens - fewerTokens) / (words - fewerWords);
        return fewerTokens > 0 && tokensPerWord > 0
            ? new TokenCalibration(Math.Max(0, (int)Math.Round(promptTokens - (tokensPerWord * words))), tokensPerWord)
            : Of(words, promptTokens);
    }

    /// <summary>How many words make a prompt of so many tokens; at least 1.</summary>
    public int Words(int promptTokens) => Math.Max(1, (int)Math.Round((promptTokens - TemplateTokens) / TokensPerWord));
}
