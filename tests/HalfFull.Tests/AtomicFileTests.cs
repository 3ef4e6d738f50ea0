namespace HalfFull.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_old_content_stays_until_the_commit()
    {
        var path = folder.File("a.txt");
        File.WriteAllText(path, "old");
        using (var file = new AtomicFile(path))
        {
            file.Stream.Write("new"u8);

            Assert.Equal("old", File.ReadAllText(path));
            file.Commit();
        }

        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal("a.txt", Assert.Single(folder.Names()));
    }

    [Fact]
    public void Without_a_commit_nothing_is_left()
    {
        using (var file = new AtomicFile(folder.File("a.txt")))
        {
            file.Stream.Write("half"u8);
        }

        Assert.Empty(folder.Names());
    }

    [Fact]
    public void A_link_is_followed_and_stays_a_link()
    {
        File.WriteAllText(folder.File("target.txt"), "old");
        File.CreateSymbolicLink(folder.File("link.txt"), folder.File("target.txt"));

        using (var file = new AtomicFile(folder.File("link.txt")))
        {
            file.Stream.Write("new"u8);
            file.Commit();
        }

        Assert.Equal("new", File.ReadAllText(folder.File("target.txt")));
        Assert.NotNull(File.ResolveLinkTarget(folder.File("link.txt"), returnFinalTarget: false));
    }

    [Fact]
    public void A_missing_folder_is_named()
    {
        var path = folder.File("missing/a.txt");

        var error = Assert.Throws<IOException>(() => new AtomicFile(path));

        Assert.Equal($"'{path}' cannot be written: its folder does not exist.", error.Message);
    }

    [Fact]
    public void A_folder_in_the_place_of_the_file_is_named()
    {
        var error = Assert.Throws<IOException>(() => new AtomicFile(folder.Path));

        Assert.Equal($"'{folder.Path}' is a folder, not a file that can be written.", error.Message);
    }
}
