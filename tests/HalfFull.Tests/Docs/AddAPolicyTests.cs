namespace HalfFull.Tests.Docs;

/// <summary>The page that shows how to add a policy shows code that compiles and passes.</summary>
public sealed class AddAPolicyTests
{
    [Theory]
    [InlineData("EarliestDeadline.cs")]
    [InlineData("EarliestDeadlineTests.cs")]
    public void The_page_shows_the_file_as_it_is(string file)
    {
        var root = Repository.Root;
        var page = File.ReadAllText(Path.Combine(root, "docs", "add-a-policy.md"));
        var source = File.ReadAllText(Path.Combine(root, "tests", "HalfFull.Tests", "Docs", file));

        Assert.Contains("```csharp\n" + source + "```", page, StringComparison.Ordinal);
    }
}
