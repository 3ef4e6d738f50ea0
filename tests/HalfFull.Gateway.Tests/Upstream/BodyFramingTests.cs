using System.Text;
using HalfFull.Gateway.Upstream;

namespace HalfFull.Gateway.Tests.Upstream;

public sealed class BodyFramingTests
{
    private const string Chunks = "5\r\nhello\r\n1;name=\"value\"\r\n \r\n00a \r\nbig world!\r\n0\r\nTrailer: x\r\n\r\n";

    [Fact]
    public void Chunks_give_the_same_body_however_they_are_cut()
    {
        for (var size = 1; size <= Chunks.Length; size++)
        {
            var (body, framing, more) = Decode(BodyFraming.Chunked(), Chunks, size);

            Assert.Equal("hello big world!", body);
            Assert.True(framing.IsComplete);
            Assert.False(more);
        }
    }

    [Fact]
    public void Bytes_behind_the_end_are_told()
    {
        Assert.True(Decode(BodyFraming.Chunked(), Chunks + "H", 1000).More);
        Assert.True(Decode(BodyFraming.OfLength(3), "abcd", 1000).More);
        Assert.False(Decode(BodyFraming.OfLength(3), "abc", 1000).More);
    }

    [Fact]
    public void A_length_ends_the_body_and_an_unfinished_one_does_not()
    {
        Assert.Equal("abc", Decode(BodyFraming.OfLength(3), "abc", 2).Body);
        Assert.True(Decode(BodyFraming.OfLength(3), "abc", 2).Framing.IsComplete);
        Assert.False(Decode(BodyFraming.OfLength(4), "abc", 2).Framing.IsComplete);
        Assert.True(BodyFraming.OfLength(0).IsComplete);
    }

    [Fact]
    public void Without_a_length_only_the_connection_ends_the_body()
    {
        var (body, framing, _) = Decode(BodyFraming.UntilClosed(), "anything", 3);

        Assert.Equal("anything", body);
        Assert.False(framing.IsComplete);
        Assert.True(framing.EndsWithConnection);
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("x\r\n")]
    [InlineData("5x\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("3\r\nabcd\r\n")]
    [InlineData("3\r\nabc0\r\n")]
    [InlineData("3\r\nabc\r\r\n")]
    [InlineData("fffffffffffffffff\r\n")]
    [InlineData("7fffffffffffffff1\r\n")]
    public void Damaged_chunks_are_refused(string text) =>
        Assert.Throws<HttpRequestException>(() => Decode(BodyFraming.Chunked(), text, 1000));

    [Fact]
    public void A_line_without_end_is_refused_instead_of_read_for_ever()
    {
        Assert.Throws<HttpRequestException>(() => Decode(BodyFraming.Chunked(), "1;" + new string('x', 20_000), 1000));
        Assert.Throws<HttpRequestException>(() => Decode(BodyFraming.Chunked(), "0\r\n" + new string('x', 20_000), 1000));
    }

    private static (string Body, BodyFraming Framing, bool More) Decode(BodyFraming framing, string text, int size)
    {
        var body = new StringBuilder();
        var hasMore = false;
        foreach (var part in Encoding.ASCII.GetBytes(text).Chunk(size))
        {
            body.Append(Encoding.ASCII.GetString(part.AsSpan(0, framing.Decode(part, out var more))));
            hasMore |= more;
        }

        return (body.ToString(), framing, hasMore);
    }
}
