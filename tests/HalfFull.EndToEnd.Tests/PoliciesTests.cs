using System.Text.Json;

using HalfFull.Tests;

namespace HalfFull.EndToEnd.Tests;

public sealed class PoliciesTests : IDisposable
{
    private readonly Workspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void The_list_names_every_policy_and_its_options()
    {
        var list = workspace.Run("policies").Output;

        foreach (var name in (string[])["vllm", "larry", "round-robin", "sal", "watermark=0"])
        {
            Assert.Contains($" {name}  ", list, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_JSON_list_follows_its_schema()
    {
        Assert.Equal(0, workspace.Run("policies --json list.json").ExitCode);

        using var document = JsonDocument.Parse(workspace.Read("list.json"));
        var larry = Assert.Single(document.RootElement.EnumerateArray(), policy => policy.GetProperty("name").GetString() is "larry" && policy.GetProperty("kind").GetString() is "engine");
        Assert.Contains(document.RootElement.EnumerateArray(), policy => policy.GetProperty("name").GetString() is "larry" && policy.GetProperty("kind").GetString() is "queue");
        Assert.NotEmpty(larry.GetProperty("summary").GetString()!);
        Assert.All(larry.GetProperty("options").EnumerateArray(), option =>
        {
            Assert.NotEmpty(option.GetProperty("name").GetString()!);
            Assert.NotEmpty(option.GetProperty("summary").GetString()!);
            Assert.True(option.TryGetProperty("default", out _));
        });
    }

    [Fact]
    public void The_committed_page_is_not_stale()
    {
        workspace.Run("policies --markdown policies.md");

        Assert.Equal(workspace.Read("policies.md"), File.ReadAllText(Path.Combine(Repository.Root, "docs", "policies.md")));
    }
}
