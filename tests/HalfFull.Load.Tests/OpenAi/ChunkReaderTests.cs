using System.Buffers;
using System.Text;
using System.Text.Json;
using HalfFull.Load.OpenAi;

namespace HalfFull.Load.Tests.OpenAi;

public sealed class ChunkReaderTests
{
    [Theory]
    [InlineData("""{"choices":[{"delta":{"content":"a"}}]}""", true)]
    [InlineData("""{"choices":[{"delta":{"content":" "}}]}""", true)]
    [InlineData("""{"choices":[{"delta":{"content":""}}]}""", false)]
    [InlineData("""{"choices":[{"delta":{"content":null}}]}""", false)]
    [InlineData("""{"choices":[{"delta":{"role":"assistant"}}]}""", false)]
    [InlineData("""{"choices":[{"delta":{"role":"assistant","content":"","reasoning_content":null,"tool_calls":[]}}]}""", false)]
    [InlineData("""{"choices":[{"delta":{"reasoning":"hm"}}]}""", true)]
    [InlineData("""{"choices":[{"delta":{"content":null,"reasoning_content":"hm"}}]}""", true)]
    [InlineData("""{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":""}}]}}]}""", true)]
    [InlineData("""{"choices":[{"text":"a"}]}""", true)]
    [InlineData("""{"choices":[{"text":""}]}""", false)]
    [InlineData("""{"choices":[]}""", false)]
    [InlineData("""{"choices":null}""", false)]
    [InlineData("""{"x":{"choices":[{"text":"a"}]},"y":[[{}]],"choices":[{"delta":{}}]}""", false)]
    [InlineData("""{"choices":[{"index":0,"logprobs":{"content":[{"token":"a"}]},"delta":{"content":"\u00e9"}}]}""", true)]
    public void A_token_is_text_that_is_not_empty(string json, bool hasToken) =>
        Assert.Equal(hasToken, ChunkReader.Read(Encoding.UTF8.GetBytes(json)).HasToken);

    [Fact]
    public void Usage_and_finish_reason_are_read()
    {
        var chunk = ChunkReader.Read("""{"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":34,"prompt_tokens_details":{"cached_tokens":8}}}"""u8);
        Assert.Equal(new StreamChunk(HasToken: false, IsError: false, FinishReason.Stop, new Usage(12, 34, 8)), chunk);
    }

    [Theory]
    [InlineData("\"length\"", FinishReason.Length)]
    [InlineData("\"tool_calls\"", FinishReason.ToolCalls)]
    [InlineData("\"content_filter\"", FinishReason.ContentFilter)]
    [InlineData("\"abort\"", FinishReason.Other)]
    [InlineData("null", FinishReason.None)]
    public void Finish_reasons_are_told_apart(string json, FinishReason expected) =>
        Assert.Equal(expected, ChunkReader.Read(Encoding.UTF8.GetBytes($$"""{"choices":[{"finish_reason":{{json}}}]}""")).FinishReason);

    [Theory]
    [InlineData("""{"error":{"message":"out of memory"}}""", true)]
    [InlineData("""{"error":"no"}""", true)]
    [InlineData("""{"error":null,"choices":[]}""", false)]
    public void An_error_object_is_an_error(string json, bool isError) =>
        Assert.Equal(isError, ChunkReader.Read(Encoding.UTF8.GetBytes(json)).IsError);

    [Theory]
    [InlineData("{\"choices\":[")]
    [InlineData("[1]")]
    [InlineData("word")]
    [InlineData("")]
    public void What_is_no_object_is_refused(string json) =>
        Assert.ThrowsAny<JsonException>(() => ChunkReader.Read(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void The_answer_is_collected_without_escapes_and_without_reasoning()
    {
        var answer = new ArrayBufferWriter<byte>();
        ChunkReader.Read("""{"choices":[{"delta":{"reasoning_content":"hm","content":"a\n\u00e9"}}]}"""u8, answer);
        Assert.Equal("a\né", Encoding.UTF8.GetString(answer.WrittenSpan));
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        var json = """{"id":"x","choices":[{"index":0,"delta":{"content":"word"},"finish_reason":null}],"usage":null}"""u8.ToArray();
        _ = ChunkReader.Read(json);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            _ = ChunkReader.Read(json);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
