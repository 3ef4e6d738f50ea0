using System.Globalization;

namespace HalfFull.Engine.Gguf;

/// <summary>
/// A vocabulary for a model that has learnt nothing: control tokens, every byte, every printable ASCII character, then syllables. Any text comes back from it as it went in.
/// </summary>
internal static class TinyVocabulary
{
    internal const int Unknown = 0;
    internal const int Begin = 1;
    internal const int End = 2;
    private const string Consonants = "tnshrdlcmwfgypbvkjxqz";
    private const string Vowels = "eaoiu";

    /// <summary>The texts of the tokens.</summary>
    internal static List<string> Texts(int count)
    {
        List<string> texts = ["<unk>", "<s>", "</s>"];
        for (var value = 0; value < 256; value++)
        {
            texts.Add(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"));
        }

        texts.Add("<|im_start|>");
        texts.Add("<|im_end|>");
        var known = new HashSet<string>(texts, StringComparer.Ordinal);
        foreach (var piece in Pieces())
        {
            if (texts.Count == count)
            {
                break;
            }

            if (known.Add(piece))
            {
                texts.Add(piece);
            }
        }

        return texts.Count == count ? texts : throw new ArgumentOutOfRangeException(nameof(count), count, "there are not that many syllables");
    }

    /// <summary>The types of the tokens: 1 ordinary, 2 unknown, 3 control, 6 byte.</summary>
    internal static int[] Types(List<string> texts) => [.. texts.Select((text, index) => index switch
    {
        Unknown => 2,
        Begin or End => 3,
        <= 258 => 6,
        <= 260 => 3,
        _ => 1,
    })];

    /// <summary>Longer pieces come later and must win, so scores follow the length.</summary>
    internal static float[] Scores(List<string> texts) => [.. texts.Select((text, index) => index <= 260 ? 0 : (text.Length * 100f) - (index / 1000f))];

    private static IEnumerable<string> Pieces()
    {
        yield return "▁";
        for (var symbol = '!'; symbol <= '~'; symbol++)
        {
            yield return symbol.ToString();
        }

        var syllables = new List<string>();
        foreach (var vowel in Vowels)
        {
            foreach (var consonant in Consonants)
            {
                syllables.Add($"{consonant}{vowel}");
                syllables.Add($"{vowel}{consonant}");
            }
        }

        // A piece is found by joining pieces that exist: syllable, space and syllable, two syllables, and those after a space.
        foreach (var syllable in syllables)
        {
            yield return syllable;
        }

        foreach (var syllable in syllables)
        {
            yield return $"▁{syllable}";
        }

        foreach (var second in syllables)
        {
            foreach (var first in syllables)
            {
                yield return first + second;
                yield return $"▁{first}{second}";
            }
        }
    }
}
