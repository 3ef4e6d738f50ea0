using System.Text;
using HalfFull.Engine.Native;

namespace HalfFull.Engine.Chat;

/// <summary>Turns a formatted chat into token ids. Names of control tokens count only where the template put them, never in the text of a user.</summary>
public static class PromptTokens
{
    /// <summary>The ids of a formatted chat, with the token that opens a text if the model wants one.</summary>
    public static int[] Of(LlamaModel model, IReadOnlyList<PromptPart> parts)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(parts);
        var tokens = new List<int>(Opening(model));
        var plain = new StringBuilder();
        foreach (var part in parts)
        {
            if (part.IsControl && model.Tokenize(part.Text, addSpecial: false, parseSpecial: true) is [var id])
            {
                Flush(model, plain, tokens);
                tokens.Add(id);
            }
            else
            {
                // A control token that this vocabulary does not have is written out.
                plain.Append(part.Text);
            }
        }

        Flush(model, plain, tokens);
        return [.. tokens];
    }

    /// <summary>What the model puts before every text.</summary>
    private static int[] Opening(LlamaModel model)
    {
        var empty = model.Tokenize(string.Empty, addSpecial: true, parseSpecial: false);
        return empty.Length > 0 && !model.EndsGeneration(empty[0]) ? empty[..1] : [];
    }

    private static void Flush(LlamaModel model, StringBuilder plain, List<int> tokens)
    {
        if (plain.Length > 0)
        {
            tokens.AddRange(model.Tokenize(plain.ToString(), addSpecial: false, parseSpecial: false));
            plain.Clear();
        }
    }
}
