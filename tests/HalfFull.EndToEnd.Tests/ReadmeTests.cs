using System.Text.RegularExpressions;
using HalfFull.Tests;

namespace HalfFull.EndToEnd.Tests;

/// <summary>The README is true: it shows what the program prints, and its commands run.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    [Fact]
    public void Shows_what_compare_prints()
    {
        using var workspace = new Workspace();
        var shown = Blocks().Single(block => block.Language == "text").Text;

        var printed = workspace.Run("compare").Output;

        Assert.Equal(shown.Trim('\n'), printed.Trim('\n'));
    }

    [SharedFact("traces/azure-2023-conv.csv.gz")]
    public void Its_commands_run()
    {
        using var workspace = new Workspace();
        File.Copy(SharedData.PathOf("traces/azure-2023-conv.csv.gz"), workspace.File("azure-2023-conv.csv.gz"));
        File.WriteAllText(workspace.File("log.csv"), "ts,in_tok,out_tok\n0.5,100,20\n0.7,2000,5\n1.0,300,40\n");
        var commands = Blocks()
            .Where(block => block.Language != "text")
            .SelectMany(block => block.Text.Split('\n'))
            .Where(line => line.StartsWith("./halffull ", StringComparison.Ordinal))
            .ToArray();

        Assert.NotEmpty(commands);
        Assert.All(commands, command =>
        {
            var finished = workspace.Run(command["./halffull ".Length..]);
            Assert.True(finished.ExitCode == 0, $"{command}: {finished.Error}");
        });
    }

    [Fact]
    public void Its_links_lead_somewhere()
    {
        var links = Link().Matches(Readme).Select(match => match.Groups["target"].Value).Where(link => !link.Contains("://", StringComparison.Ordinal)).ToArray();

        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.True(Path.Exists(Path.Combine(Repository.Root, link)), $"The README links to {link}, which does not exist."));
    }

    private static (string Language, string Text)[] Blocks() =>
        [.. Fence().Matches(Readme).Select(match => (match.Groups["language"].Value, match.Groups["text"].Value))];

    [GeneratedRegex("```(?<language>[a-z]*)\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\]\((?<target>[^)]+)\)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Link();
}
