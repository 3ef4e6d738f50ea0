using System.Security.Cryptography;
using HalfFull.Engine.Gguf;

namespace HalfFull.Engine.Tests.Gguf;

public sealed class GgufFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("halffull-gguf-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_small_model_says_what_it_is()
    {
        var file = GgufFile.Read(Given.TinyPath);
        Assert.Equal(("tiny", "llama", 4 + (4 * 9) - 1), (file.Name, file.Architecture, file.Tensors));
        Assert.Equal(4L, file.Whole("llama.block_count"));
        Assert.Equal(2L * 4 * 4 * 32 * 2, file.KvBytesPerToken(2));
        Assert.Contains("<|im_start|>", file.ChatTemplate, StringComparison.Ordinal);
        Assert.InRange(new FileInfo(Given.TinyPath).Length, 10_000_000, 20_000_000);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes()
    {
        byte[] Hash(ulong seed)
        {
            using var stream = new MemoryStream();
            TinyModel.Write(stream, TinyShape.Of(1), GgufTensorType.Q8, "tiny", seed);
            return SHA256.HashData(stream.ToArray());
        }

        Assert.Equal(Hash(1), Hash(1));
        Assert.NotEqual(Hash(1), Hash(2));
    }

    [Theory]
    [InlineData(125e6, 12)]
    [InlineData(1e9, 22)]
    [InlineData(7e9, 32)]
    public void Shapes_have_about_the_parameters_asked_for(double parameters, int layers)
    {
        var shape = TinyShape.Of((long)parameters);
        Assert.Equal(layers, shape.Layers);
        Assert.InRange(shape.Parameters / parameters, 0.8, 1.25);
    }

    [Fact]
    public void A_file_that_is_cut_anywhere_is_refused_with_its_name()
    {
        var bytes = File.ReadAllBytes(Given.TinyPath);
        var path = Path.Combine(folder, "cut.gguf");
        foreach (var length in new[] { 0, 3, 10, 23, 40, 200, 1000, 30_000, 60_000, bytes.Length / 2, bytes.Length - 33 })
        {
            File.WriteAllBytes(path, bytes[..length]);
            Assert.Contains("cut.gguf", Assert.Throws<InvalidDataException>(() => GgufFile.Read(path)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_with_changed_bytes_in_its_head_is_read_or_refused_but_never_worse()
    {
        var head = File.ReadAllBytes(Given.TinyPath)[..70_000];
        var path = Path.Combine(folder, "flipped.gguf");
        var rng = new Rng(1);
        var refused = 0;
        for (var i = 0; i < 300; i++)
        {
            var bytes = (byte[])head.Clone();
            bytes[rng.NextInt32(i % 2 == 0 ? 1000 : bytes.Length)] ^= (byte)(1 << rng.NextInt32(8));
            File.WriteAllBytes(path, bytes);
            refused += Record.Exception(() => GgufFile.Read(path)) is InvalidDataException ? 1 : 0;
        }

        // The values are cut off in all of them.
        Assert.Equal(300, refused);
    }

    [Fact]
    public void Anything_else_is_no_model()
    {
        var path = Path.Combine(folder, "poem.gguf");
        File.WriteAllText(path, "Shall I compare thee to a summer's day?");
        Assert.Contains("does not begin with GGUF", Assert.Throws<InvalidDataException>(() => GgufFile.Read(path)).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => GgufFile.Read(Path.Combine(folder, "nowhere.gguf")));
    }
}
