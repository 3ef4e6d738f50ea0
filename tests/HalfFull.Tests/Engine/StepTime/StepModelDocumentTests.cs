using System.Text.RegularExpressions;
using HalfFull.Engine.StepTime;

namespace HalfFull.Tests.Engine.StepTime;

public sealed partial class StepModelDocumentTests
{
    [Fact]
    public void The_examples_of_the_document_are_valid_step_models()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "HalfFull.slnx")))
        {
            root = root.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        var document = File.ReadAllText(Path.Combine(root.FullName, "docs", "step-models.md"));
        var kinds = JsonBlock().Matches(document).Select(block => StepModelFile.Parse(block.Groups["json"].Value, "step-models.md").Kind);
        Assert.Equal("linear phased calibrated", string.Join(' ', kinds));
    }

    [GeneratedRegex("```json\n(?<json>.*?)```", RegexOptions.Singleline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex JsonBlock();
}
