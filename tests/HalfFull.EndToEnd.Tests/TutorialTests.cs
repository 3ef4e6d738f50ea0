using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using HalfFull.Tests;

namespace HalfFull.EndToEnd.Tests;

/// <summary>The tutorial is true: each of its commands runs, and prints what the page shows below it. With HALFFULL_GOLDEN=write the page takes what they print.</summary>
public sealed partial class TutorialTests
{
    private static readonly string Page = Path.Combine(Repository.Root, "docs", "tutorial.md");

    [Fact]
    public void Its_commands_print_what_it_shows()
    {
        using var workspace = new Workspace();
        var text = File.ReadAllText(Page);
        var (page, printed, commands, end) = (new StringBuilder(), string.Empty, 0, 0);
        foreach (var fence in Fence().Matches(text).ToArray())
        {
            page.Append(text.AsSpan(end, fence.Index - end));
            end = fence.Index + fence.Length;
            if (fence.Groups["language"].Value == "text")
            {
                page.Append(CultureInfo.InvariantCulture, $"```text\n{printed.Trim('\n')}\n```");
                continue;
            }

            page.Append(fence.Value);
            printed = string.Empty;
            foreach (var line in fence.Groups["text"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                Assert.StartsWith("./halffull ", line, StringComparison.Ordinal);
                var finished = workspace.Run(line["./halffull ".Length..]);
                Assert.True(finished.ExitCode == 0, $"{line}: {finished.Error}");
                printed += finished.Output;
                commands++;
            }
        }

        page.Append(text.AsSpan(end));
        Assert.True(commands >= 5, $"Only {commands} commands were found.");
        if (Environment.GetEnvironmentVariable("HALFFULL_GOLDEN") == "write")
        {
            File.WriteAllText(Page, page.ToString());
        }

        Assert.Equal(page.ToString(), File.ReadAllText(Page));
    }

    [GeneratedRegex("```(?<language>sh|text)\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Fence();
}
