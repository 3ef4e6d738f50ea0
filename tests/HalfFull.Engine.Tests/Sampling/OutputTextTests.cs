using System.Text;
using HalfFull.Engine.Sampling;

namespace HalfFull.Engine.Tests.Sampling;

public sealed class OutputTextTests
{
    [Fact]
    public void Characters_come_out_whole_however_their_bytes_are_cut()
    {
        const string Text = "a é 漢字 🙂!";
        var text = new OutputText([]);
        var bytes = Encoding.UTF8.GetBytes(Text);
        var parts = bytes.Select((value, index) => text.Append([value], index == bytes.Length - 1)).ToArray();
        Assert.Equal(Text, string.Concat(parts));
        Assert.DoesNotContain(parts, part => part.Contains('\uFFFD', StringComparison.Ordinal) || (part.Length == 1 && char.IsSurrogate(part[0])));
    }

    [Fact]
    public void A_token_of_whole_characters_waits_for_nothing_but_a_character_that_has_begun()
    {
        var text = new OutputText([]);
        Assert.Equal("ab", text.Append("ab"u8, "ab", isLast: false));
        Assert.Equal(string.Empty, text.Append([0xC3], whole: null, isLast: false));
        Assert.Equal("\uFFFDx", text.Append("x"u8, "x", isLast: false));
        Assert.Equal(string.Empty, text.Append([0xC3], whole: null, isLast: false));
        Assert.Equal("é", text.Append([0xA9], whole: null, isLast: false));
        Assert.Equal("y", text.Append("y"u8, "y", isLast: true));
        Assert.Equal("do ", new OutputText(["stop"]).Append("do s"u8, "do s", isLast: false));
    }

    [Fact]
    public void An_unfinished_character_at_the_end_is_replaced()
    {
        var text = new OutputText([]);
        Assert.Equal("a", text.Append([(byte)'a', 0xF0, 0x9F], isLast: false));
        Assert.Equal("\uFFFD", text.Append([], isLast: true));
    }

    [Fact]
    public void A_stop_text_across_tokens_is_found_and_not_given_out()
    {
        var text = new OutputText(["END.", "stop"]);
        Assert.Equal("say ", text.Append("say E"u8, isLast: false));
        Assert.Equal("EN", text.Append("NEN"u8, isLast: false));
        Assert.Equal(string.Empty, text.Append("D"u8, isLast: false));
        Assert.False(text.IsStopped);
        Assert.Equal(string.Empty, text.Append(". and more"u8, isLast: false));
        Assert.True(text.IsStopped);
    }

    [Fact]
    public void The_first_stop_text_counts_and_what_only_began_like_one_comes_at_the_end()
    {
        var text = new OutputText(["xx", "cd"]);
        Assert.Equal("ab", text.Append("abcdxx"u8, isLast: false));
        Assert.True(text.IsStopped);
        var other = new OutputText(["stop"]);
        Assert.Equal("do not ", other.Append("do not sto"u8, isLast: false));
        Assert.Equal("sto", other.Append([], isLast: true));
        Assert.False(other.IsStopped);
    }
}
