using System.Text;
using HalfFull.Load.OpenAi;

namespace HalfFull.Load.Tests.OpenAi;

public sealed class SseReaderTests
{
    public static TheoryData<string, string[]> Streams => new()
    {
        { "data: a\n\ndata: b\n\n", ["a", "b"] },
        { "data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"] },
        { "data: a\r\rdata: b\r\r", ["a", "b"] },
        { "data:a\n\ndata:  b\n\n", ["a", " b"] },
        { ": ping\n\ndata: a\n: ping\n\n:\n\n", ["a"] },
        { "data: one\ndata: two\n\ndata: three\n\n", ["one\ntwo", "three"] },
        { "data\n\ndata:\ndata: x\n\n", ["", "\nx"] },
        { "id: 7\nretry: 10\nevent: x\ndata: a\n\n", ["a"] },
        { "\uFEFFdata: a\n\n", ["a"] },
        { "data: grüße 😀 日本\n\ndata: é\r\n\r\n", ["grüße 😀 日本", "é"] },
        { "data: [DONE]\n", ["[DONE]"] },
        { "data: a\n\ndata: [DONE]", ["a", "[DONE]"] },
        { "\n\n\n\r\n", [] },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public void Events_are_the_same_wherever_the_stream_is_cut(string stream, string[] expected)
    {
        var bytes = Encoding.UTF8.GetBytes(stream);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.Equal(expected, Read([bytes[..cut], bytes[cut..]]), StringComparer.Ordinal);
        }

        Assert.Equal(expected, Read([.. bytes.Select(single => new[] { single })]), StringComparer.Ordinal);
    }

    [Fact]
    public void An_event_longer_than_the_buffer_arrives_whole()
    {
        var text = new string('x', 100_000);
        Assert.Equal([text, "y"], Read([.. Encoding.UTF8.GetBytes($"data: {text}\n\ndata: y\n\n").Chunk(1000)]), StringComparer.Ordinal);
    }

    [Fact]
    public void An_event_beyond_all_reason_is_refused()
    {
        using var reader = new SseReader();
        Assert.Throws<InvalidDataException>(() =>
        {
            for (var i = 0; i <= 2 * SseReader.LongestEvent; i += 4096)
            {
                var room = reader.GetMemory();
                room.Span.Fill((byte)'x');
                reader.Advance(room.Length);
                Assert.False(reader.TryRead(out _));
            }
        });
    }

    [Fact]
    public void Only_an_event_named_error_is_one()
    {
        using var reader = new SseReader();
        Fill(reader, "event: error\ndata: a\n\nevent: message\ndata: b\n\ndata: c\n\n"u8);
        Assert.True(reader.TryRead(out _));
        Assert.True(reader.IsErrorEvent);
        Assert.True(reader.TryRead(out _));
        Assert.False(reader.IsErrorEvent);
        Assert.True(reader.TryRead(out _));
        Assert.False(reader.IsErrorEvent);
    }

    [Fact]
    public void A_reset_reader_remembers_nothing()
    {
        using var reader = new SseReader();
        Fill(reader, "data: half an event\ndata: mo"u8);
        Assert.False(reader.TryRead(out _));
        reader.Reset();
        Fill(reader, "data: new\n\n"u8);
        Assert.True(reader.TryRead(out var data));
        Assert.Equal("new", Encoding.UTF8.GetString(data));
    }

    private static List<string> Read(byte[][] pieces)
    {
        using var reader = new SseReader();
        var events = new List<string>();
        foreach (var piece in pieces)
        {
            Fill(reader, piece);
            while (reader.TryRead(out var data))
            {
                events.Add(Encoding.UTF8.GetString(data));
            }
        }

        if (reader.TryReadLast(out var last))
        {
            events.Add(Encoding.UTF8.GetString(last));
        }

        return events;
    }

    private static void Fill(SseReader reader, ReadOnlySpan<byte> bytes)
    {
        var room = reader.GetMemory();
        Assert.True(room.Length > 0);
        while (!bytes.IsEmpty)
        {
            var count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room.Span);
            reader.Advance(count);
            bytes = bytes[count..];
            room = reader.GetMemory();
        }
    }
}
