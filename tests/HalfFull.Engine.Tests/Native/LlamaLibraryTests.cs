using HalfFull.Engine.Native;

namespace HalfFull.Engine.Tests.Native;

public sealed class LlamaLibraryTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("halffull-llama-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [NativeFact]
    public void A_folder_without_the_libraries_is_named()
    {
        Assert.Contains(folder, Refusal(folder), StringComparison.Ordinal);
        Assert.Contains("There is no folder", Refusal(Path.Combine(folder, "nowhere")), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_release_is_recognised_by_what_its_defaults_write()
    {
        var (model, context) = (Defaults(78), Defaults(160));
        Assert.Null(LlamaAbi.Mismatch(model, context));
        Assert.Contains("136 and 72 bytes", LlamaAbi.Mismatch(Defaults(72), Defaults(136)), StringComparison.Ordinal);
        Set(context, 104, 8);
        Assert.Contains("at byte 104", LlamaAbi.Mismatch(model, context), StringComparison.Ordinal);
        Set(model, 16, 0);
        Assert.Contains("at byte 16", LlamaAbi.Mismatch(model, context), StringComparison.Ordinal);
    }

    [NativeFact]
    public void Tokens_of_any_text_come_back_as_they_went_in()
    {
        const string Text = "Is the GPU half-empty, or half-full? 漢字 🙂\n\tna\u00EFve";
        var tokens = Given.Tiny.Tokenize(Text, addSpecial: false, parseSpecial: false);
        Assert.Equal(Text, System.Text.Encoding.UTF8.GetString([.. tokens.SelectMany(token => Given.Tiny.Piece(token).ToArray())]));
        Assert.Empty(Given.Tiny.Piece(1).ToArray());
        Assert.True(Given.Tiny.EndsGeneration(2));
    }

    [NativeFact]
    public void Ids_and_ranges_are_checked_before_native_code_sees_them()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Given.Tiny.Piece(Given.Tiny.VocabularySize));
        Assert.Throws<ArgumentOutOfRangeException>(() => Given.Tiny.EndsGeneration(-1));
        using var context = new LlamaContext(Given.Tiny, Given.Exact);
        using var batch = context.NewBatch();
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Add(-1, 0, 0, wantsLogits: false));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Add(Given.Tiny.VocabularySize, 0, 0, wantsLogits: false));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Add(1, context.SequenceTokens, 0, wantsLogits: false));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Add(1, 0, 8, wantsLogits: false));
        Assert.Throws<ArgumentException>(() => context.Decode(batch));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Remove(8, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Tokens(-1));
        Assert.Throws<ArgumentException>(() => context.Share(0, 1, 0, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => Given.Exact with { Sequences = 257 });
        for (var i = 0; i < batch.Capacity; i++)
        {
            batch.Add(1, i, 0, wantsLogits: false);
        }

        Assert.Throws<InvalidOperationException>(() => batch.Add(1, 0, 0, wantsLogits: false));
        Assert.Equal(DecodeResult.Done, context.Decode(batch));
        Assert.Equal(batch.Capacity, context.Tokens(0));
        Assert.Throws<LlamaException>(() => context.Logits(0).Length);
    }

    [NativeFact]
    public void A_context_belongs_to_the_thread_that_computes_with_it()
    {
        using var context = new LlamaContext(Given.Tiny, Given.Exact);
        Assert.Equal(0, context.Tokens(0));
        Exception? error = null;
        var other = new Thread(() => error = Record.Exception(() => context.Tokens(0)));
        other.Start();
        other.Join();
        Assert.IsType<InvalidOperationException>(error);
    }

    [NativeFact]
    public void A_cache_that_memory_cannot_hold_is_refused_with_its_size()
    {
        // 2^28 tokens of 4 KiB: a terabyte.
        var error = Record.Exception(() => new LlamaContext(Given.Tiny, Given.Exact with { Sequences = 256, KvTokens = 1 << 28 }).Dispose());
        Assert.Contains("not enough memory", Assert.IsType<LlamaException>(error).Message, StringComparison.Ordinal);
    }

    private static string Refusal(string directory) => Assert.Throws<LlamaException>(() => LlamaLibrary.Load(directory)).Message;

    private static (byte[] First, byte[] Second) Defaults(int bytes)
    {
        byte[] Probe(byte poison)
        {
            var probe = Enumerable.Repeat(poison, LlamaAbi.ProbeBytes).ToArray();
            Array.Clear(probe, 0, bytes);
            return probe;
        }

        var probes = (Probe(0xA5), Probe(0x5A));
        foreach (var (offset, value) in bytes == 160
            ? [(0, 512), (4, 2048), (8, 512), (12, 1), (24, 1), (40, -1), (44, -1), (48, -1), (52, -1), (64, BitConverter.SingleToInt32Bits(-1)), (104, 1), (108, 1)]
            : new[] { (16, -1), (20, 1), (24, -1), (28, 1) })
        {
            Set(probes, offset, value);
        }

        return probes;
    }

    private static void Set((byte[] First, byte[] Second) probes, int offset, int value)
    {
        BitConverter.TryWriteBytes(probes.First.AsSpan(offset), value);
        BitConverter.TryWriteBytes(probes.Second.AsSpan(offset), value);
    }
}
