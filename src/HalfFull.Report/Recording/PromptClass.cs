using System.Globalization;

namespace HalfFull.Report.Recording;

/// <summary>Classes of prompt lengths, four times as long each.</summary>
internal static class PromptClass
{
    private static readonly int[] Longest = [128, 512, 2_048, 8_192, 32_768];

    /// <summary>How many there are.</summary>
    public static int Count => Longest.Length + 1;

    /// <summary>The class of a prompt.</summary>
    public static int Of(int promptTokens)
    {
        var place = Array.BinarySearch(Longest, promptTokens);
        return place < 0 ? ~place : place;
    }

    /// <summary>Such as <c>129–512</c>.</summary>
    public static string Name(int index) => index == 0 ? $"up to {Text(Longest[0])}"
        : index == Longest.Length ? $"over {Text(Longest[^1])}"
        : $"{Text(Longest[index - 1] + 1)}–{Text(Longest[index])}";

    private static string Text(int tokens) => tokens.ToString("#,0", CultureInfo.InvariantCulture);
}
