using System.Buffers;
using System.Text;
using HalfFull.Load.Prompts;

namespace HalfFull.Load.Tests.Prompts;

public sealed class PromptTextTests
{
    [Fact]
    public void The_words_are_distinct_and_fit_the_table()
    {
        Assert.Equal(256, WordList.Words.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(256, WordList.Words.Count);
        Assert.All(WordList.Words, word => Assert.InRange(Encoding.UTF8.GetByteCount(word), 2, 8));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(513)]
    [InlineData(12_345)]
    public void A_prompt_has_a_word_for_each_token(int tokens)
    {
        var text = Text(Request(1, tokens));
        Assert.Equal(tokens, text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.All(text.Split(' ', StringSplitOptions.RemoveEmptyEntries), word => Assert.Contains(" " + word, WordList.Words, StringComparer.Ordinal));
    }

    [Fact]
    public void Equal_leading_hashes_give_equal_leading_bytes_and_nothing_more()
    {
        var first = Text(Request(1, 1200, 11, 22, 33));
        var second = Text(Request(2, 1500, 11, 22, 44));
        var shared = Text(Request(3, 1024, 11, 22));
        Assert.StartsWith(shared, first, StringComparison.Ordinal);
        Assert.StartsWith(shared, second, StringComparison.Ordinal);
        Assert.NotEqual(first[..(shared.Length + 40)], second[..(shared.Length + 40)], StringComparer.Ordinal);
    }

    [Fact]
    public void A_partial_last_unit_begins_like_the_whole_one() =>
        Assert.StartsWith(Text(Request(1, 600, 11, 22)), Text(Request(2, 1024, 11, 22)), StringComparison.Ordinal);

    [Fact]
    public void Requests_without_hashes_share_nothing() =>
        Assert.NotEqual(Text(Request(1, 50))[..30], Text(Request(2, 50))[..30], StringComparer.Ordinal);

    [Fact]
    public void Another_salt_gives_other_text_and_the_same_salt_the_same()
    {
        Assert.NotEqual(Text(Request(1, 600, 11), salt: 1)[..30], Text(Request(1, 600, 11), salt: 2)[..30], StringComparer.Ordinal);
        Assert.Equal(Text(Request(1, 600, 11), salt: 1), Text(Request(1, 600, 11), salt: 1));
    }

    [Fact]
    public void The_template_is_taken_off_and_long_words_are_counted()
    {
        Assert.Equal(new TokenCalibration(12, 1), TokenCalibration.Of(words: 200, promptTokens: 212));
        Assert.Equal(new TokenCalibration(0, 2), TokenCalibration.Of(words: 200, promptTokens: 400));
        Assert.Equal(TokenCalibration.None, TokenCalibration.Of(words: 200, promptTokens: 0));
        Assert.Equal(88, new TokenCalibration(12, 1).Words(100));
        Assert.Equal(50, new TokenCalibration(0, 2).Words(100));
        Assert.Equal(1, new TokenCalibration(12, 1).Words(3));
    }

    [Fact]
    public void A_server_that_counts_bytes_is_calibrated_to_within_half_a_percent()
    {
        static int Bytes(int words)
        {
            using var text = new PooledBytes();
            PromptText.WriteEach(words, text);
            return text.Written.Length;
        }

        static int Tokens(int bytes) => 7 + ((bytes + 3) / 4);
        var all = PromptText.DistinctWords;
        var text = new PromptText(salt: 5, TokenCalibration.Of(all, Tokens(Bytes(all)), 1, Tokens(Bytes(1))));
        const int Asked = 20_000;
        using var prompt = new PooledBytes();
        text.Write(new Request(1, TimeSpan.Zero, Asked, 1), prompt);
        Assert.InRange(Tokens(prompt.Written.Length), Asked * 0.995, Asked * 1.005);
    }

    [Fact]
    public void Two_prompts_tell_a_template_from_long_words()
    {
        Assert.Equal(new TokenCalibration(12, 1), TokenCalibration.Of(words: 200, promptTokens: 212, fewerWords: 40, fewerTokens: 52));
        Assert.Equal(new TokenCalibration(10, 1.25), TokenCalibration.Of(words: 200, promptTokens: 260, fewerWords: 40, fewerTokens: 60));
        Assert.Equal(new TokenCalibration(12, 1), TokenCalibration.Of(words: 200, promptTokens: 212, fewerWords: 40, fewerTokens: 212));
    }

    private static Request Request(long id, int tokens, params long[] hashes) =>
        new(id, TimeSpan.Zero, tokens, 100) { PrefixHashes = hashes, PrefixUnitTokens = hashes.Length > 0 ? 512 : 0 };

    private static string Text(Request request, ulong salt = 1)
    {
        var target = new ArrayBufferWriter<byte>();
        new PromptText(salt, TokenCalibration.None).Write(request, target);
        return Encoding.UTF8.GetString(target.WrittenSpan);
    }
}
