using System.Text;
using HalfFull.Gateway.OpenAi;

namespace HalfFull.Gateway.Tests.OpenAi;

public sealed class TokenUsageTests
{
    [Theory]
    [InlineData("{\"usage\":{\"prompt_tokens\":40,\"prompt_tokens_details\":{\"audio_tokens\":1,\"cached_tokens\":32},\"completion_tokens\":3}}", 40, 3, 32)]
    [InlineData("{\"usage\":{\"prompt_tokens\":40,\"completion_tokens\":3,\"prompt_tokens_details\":null}}", 40, 3, null)]
    [InlineData("{\"usage\":{\"input_tokens\":9,\"input_tokens_details\":{\"cached_tokens\":0},\"output_tokens\":2,\"output_tokens_details\":{\"cached_tokens\":7}},\"x\":1}", 9, 2, 0)]
    [InlineData("{\"usage\":{\"prompt_tokens\":40,\"prompt_tokens_details\":{\"cached_tokens\":-1}}}", 40, 0, null)]
    [InlineData("{\"usage\":{\"prompt_tokens\":40,\"completion_tokens\":3,\"prompt_tokens_details\":{\"cached_tokens\":{\"of\":[1]}}}}", 40, 3, null)]
    public void Finds_the_tokens_and_how_many_were_cached(string answer, int prompt, int output, int? cached) =>
        Assert.Equal(new TokenUsage(prompt, output, cached), TokenUsage.Find(Encoding.UTF8.GetBytes(answer)));

    [Theory]
    [InlineData("{\"usage\":{\"prompt_tokens\":40,\"prompt_tokens_details\":{\"cached_tok")]
    [InlineData("{\"usage\":[]}")]
    [InlineData("{}")]
    public void What_is_not_whole_is_no_usage(string answer) => Assert.Null(TokenUsage.Find(Encoding.UTF8.GetBytes(answer)));
}
