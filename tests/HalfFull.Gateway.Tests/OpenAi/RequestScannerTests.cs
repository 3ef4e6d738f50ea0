using System.Text;
using System.Text.Json.Nodes;
using HalfFull.Gateway.Http;
using HalfFull.Gateway.OpenAi;

namespace HalfFull.Gateway.Tests.OpenAi;

public sealed class RequestScannerTests
{
    [Fact]
    public void Finds_what_routing_needs_and_ignores_the_rest()
    {
        var scan = Scan("""
            {"x":[1,{"model":"no"}],"model":"m","stream":true,"max_tokens":3,"max_completion_tokens":7,"n":2,"user":"ann","priority":-4,
             "messages":[{"role":"user","content":"12345678"},{"role":"user","content":[{"type":"text","text":"1234"},
             {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}],"y":null}
            """);

        Assert.Equal("m", scan.Model);
        Assert.True(scan.Stream);
        Assert.Equal(7, scan.MaxOutputTokens);
        Assert.Equal(2, scan.Choices);
        Assert.Equal("ann", scan.User);
        Assert.Equal(-4, scan.Priority);
        Assert.Equal(12, scan.PromptBytes);
        Assert.Equal(3, scan.PromptTokens(4));
        Assert.False(scan.IsExact);
    }

    [Theory]
    [InlineData("""{"prompt":[1,2,3]}""", 3)]
    [InlineData("""{"prompt":[[1,2],[3,4]]}""", 4)]
    public void Token_ids_are_counted_exactly(string body, int tokens)
    {
        Assert.Equal(tokens, Scan(body).PromptTokens(4));
        Assert.True(Scan(body).IsExact);
    }

    [Theory]
    [InlineData("""{"stream":true,"a":1}""")]
    [InlineData("""{ "stream" : true }""")]
    [InlineData("""{"stream":true,"stream_options":null}""")]
    [InlineData("""{"stream":true,"stream_options":{}}""")]
    [InlineData("""{"stream_options":{"continuous_usage_stats":false},"stream":true}""")]
    [InlineData("""{"stream":true,"stream_options":{"include_usage":false,"x":[{}]}}""")]
    [InlineData("""{"stream":true,"stream_options":{"x":{"include_usage":true}}}""")]
    public void The_splice_asks_for_usage_and_changes_nothing_else(string body)
    {
        var scan = Scan(body);
        var splice = Assert.NotNull(scan.UsageSplice);
        var bytes = Encoding.UTF8.GetBytes(body);
        var spliced = JsonNode.Parse([.. bytes[..splice.Offset], .. splice.Inserted.Span, .. bytes[(splice.Offset + splice.Removed)..]])!;

        Assert.True((bool)spliced["stream_options"]!["include_usage"]!);
        var expected = JsonNode.Parse(body)!;
        expected["stream_options"] ??= new JsonObject();
        expected["stream_options"]!["include_usage"] = true;
        Assert.True(JsonNode.DeepEquals(expected, spliced));
    }

    [Theory]
    [InlineData("""{"stream":true,"stream_options":{"include_usage":true}}""")]
    [InlineData("""{"stream":false}""")]
    [InlineData("{}")]
    public void No_splice_where_none_is_needed(string body) => Assert.Null(Scan(body).UsageSplice);

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("[]", "object")]
    [InlineData("{\"a\":1", "JSON")]
    [InlineData("{} x", "JSON")]
    [InlineData("{\"model\":3}", "'model'")]
    [InlineData("{\"stream\":\"yes\"}", "'stream'")]
    [InlineData("{\"max_tokens\":0}", "'max_tokens'")]
    [InlineData("{\"stream_options\":[]}", "'stream_options'")]
    public void A_wrong_body_gets_a_sentence_that_says_what(string body, string named)
    {
        var error = Assert.Throws<RequestRefusedException>(() => Scan(body));
        Assert.Equal(400, error.Status);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    private static RequestScan Scan(string body) => RequestScanner.Scan(Encoding.UTF8.GetBytes(body));
}
