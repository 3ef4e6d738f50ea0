using HalfFull.Cli.Studies;

namespace HalfFull.EndToEnd.Tests.Studies;

public sealed class StudyPageTests : IDisposable
{
    private readonly Workspace workspace = new();
    private readonly SurveyStudy study = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void A_page_that_does_not_exist_is_written_with_title_and_markers()
    {
        StudyPage.Open(workspace.File("page.md"), study)!.Commit(Parts("first"));

        var page = workspace.Read("page.md");
        Assert.StartsWith($"# {study.Title}\n", page, StringComparison.Ordinal);
        Assert.Contains("<!-- generated part setup: begin -->\nfirst setup\n<!-- generated part setup: end -->\n", page, StringComparison.Ordinal);
        Assert.Equal(["page.md"], workspace.Names());
    }

    [Fact]
    public void What_stands_outside_of_the_markers_is_kept()
    {
        StudyPage.Open(workspace.File("page.md"), study)!.Commit(Parts("first"));
        var written = workspace.Read("page.md").Replace("<!-- generated part tables: begin -->", "By hand.\n\n<!-- generated part tables: begin -->", StringComparison.Ordinal);
        File.WriteAllText(workspace.File("page.md"), written + "\nThe end.\n");

        StudyPage.Open(workspace.File("page.md"), study)!.Commit(Parts("second"));

        Assert.Equal((written + "\nThe end.\n").Replace("first ", "second ", StringComparison.Ordinal), workspace.Read("page.md"));
    }

    [Fact]
    public void A_page_without_the_markers_of_a_part_is_refused_before_anything_is_run()
    {
        File.WriteAllText(workspace.File("page.md"), "# Mine\n");

        var error = Assert.Throws<InvalidDataException>(() => StudyPage.Open(workspace.File("page.md"), study));

        Assert.Contains("'<!-- generated part setup: begin -->'", error.Message, StringComparison.Ordinal);
        Assert.Equal("# Mine\n", workspace.Read("page.md"));
    }

    [Fact]
    public void Markers_that_stand_twice_are_refused()
    {
        StudyPage.Open(workspace.File("page.md"), study)!.Commit(Parts("first"));
        File.AppendAllText(workspace.File("page.md"), "<!-- generated part setup: begin -->\n<!-- generated part setup: end -->\n");

        Assert.Throws<InvalidDataException>(() => StudyPage.Open(workspace.File("page.md"), study));
    }

    private string[] Parts(string word) => [.. study.Parts.Select(part => $"{word} {part}")];
}
