using System.ClientModel;
using System.ClientModel.Primitives;
using HalfFull.Engine.Native;
using HalfFull.Gateway;
using HalfFull.Gateway.Workers;
using OpenAI;
using OpenAI.Chat;

namespace HalfFull.Engine.Tests.Serving;

/// <summary>The official client against the gateway and engines that run the small model. Each test asks only for what it needs to be skipped without the libraries.</summary>
public sealed class ServedModelTests : IAsyncLifetime
{
    // A client that leaves is to be gone at once: by default it would first read on for up to two seconds, in which the small model ends its answer.
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, ResponseDrainTimeout = TimeSpan.Zero }) { Timeout = TimeSpan.FromMinutes(2) };
    private WorkerServer? worker;
    private GatewayServer gateway = null!;
    private ChatClient chat = null!;

    public async Task InitializeAsync()
    {
        if (!LlamaLibrary.IsAvailable(out _))
        {
            return;
        }

        worker = await WorkerServer.StartAsync(new ModelWorkerOptions(Given.TinyPath)
        {
            Context = Given.Exact with { Sequences = 4, KvTokens = 4 * 512 },
            SwapBytes = 1 << 20,
        });
        gateway = await GatewayServer.StartAsync(new GatewayOptions { Port = 0, Replicas = [worker.Address] });
        Assert.True(await gateway.WhenReadyAsync(TimeSpan.FromMinutes(1), CancellationToken.None));
        var client = new OpenAIClient(new ApiKeyCredential("none"), new OpenAIClientOptions
        {
            Endpoint = new Uri(gateway.Address, "v1"),
            Transport = new HttpClientPipelineTransport(Http),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
        });
        chat = client.GetChatClient("any name at all");
    }

    public async Task DisposeAsync()
    {
        if (worker is not null)
        {
            await gateway.DisposeAsync();
            await worker.DisposeAsync();
        }
    }

    [NativeFact]
    public async Task A_chat_is_answered_the_same_whole_and_streamed_under_the_name_of_the_model()
    {
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 30, Temperature = 0 };
        ChatMessage[] messages = [new UserChatMessage("Is the GPU half empty?")];
        var whole = (await chat.CompleteChatAsync(messages, options)).Value;
        var updates = await chat.CompleteChatStreamingAsync(messages, options).ToListAsync();
        Assert.Equal("tiny", whole.Model);
        Assert.Equal((30, ChatFinishReason.Length), (whole.Usage.OutputTokenCount, whole.FinishReason));
        Assert.Equal(whole.Content[0].Text, string.Concat(updates.SelectMany(update => update.ContentUpdate).Select(part => part.Text)));
        Assert.Equal(whole.Usage.InputTokenCount, updates.Last(update => update.Usage is not null).Usage.InputTokenCount);
        Assert.NotEmpty(whole.Content[0].Text);
    }

    [NativeFact]
    public async Task A_stop_text_ends_an_answer_and_is_not_in_it()
    {
        ChatMessage[] messages = [new UserChatMessage("Tell me more.")];
        var text = (await chat.CompleteChatAsync(messages, new ChatCompletionOptions { MaxOutputTokenCount = 40, Temperature = 0 })).Value.Content[0].Text;

        // A text from the middle, which need not begin where a token begins.
        var stop = text[15..19];
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 40, Temperature = 0 };
        options.StopSequences.Add(stop);
        var stopped = (await chat.CompleteChatAsync(messages, options)).Value;
        Assert.Equal(text[..text.IndexOf(stop, StringComparison.Ordinal)], stopped.Content[0].Text);
        Assert.Equal(ChatFinishReason.Stop, stopped.FinishReason);
        Assert.InRange(stopped.Usage.OutputTokenCount, 1, 39);
    }

    [NativeFact]
    public async Task Probabilities_come_with_the_tokens()
    {
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 8, Temperature = 0, IncludeLogProbabilities = true, TopLogProbabilityCount = 3 };
        var told = (await chat.CompleteChatAsync([new UserChatMessage("How likely?")], options)).Value.ContentTokenLogProbabilities;
        Assert.Equal(8, told.Count);
        Assert.All(told, token =>
        {
            Assert.Equal(3, token.TopLogProbabilities.Count);
            Assert.Equal(token.LogProbability, token.TopLogProbabilities[0].LogProbability);
            Assert.InRange(token.LogProbability, -20, 0);
        });
    }

    [NativeFact]
    public async Task Several_answers_differ_and_a_seed_repeats_them()
    {
        const string Body = "{\"n\":3,\"seed\":5,\"max_tokens\":20,\"temperature\":1.5,\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Draw!\"}]}";
        var first = await Choices(Body);
        Assert.Equal([0, 1, 2], first.Keys.Order());
        Assert.Equal(3, first.Values.Distinct(StringComparer.Ordinal).Count());
        var second = await Choices(Body);
        Assert.All(first, pair => Assert.Equal(pair.Value, second[pair.Key]));
    }

    [NativeFact]
    public async Task What_does_not_fit_or_cannot_be_done_is_refused_by_name()
    {
        var error = await Assert.ThrowsAsync<ClientResultException>(() => chat.CompleteChatAsync([new UserChatMessage(new string('x', 5000))]));
        Assert.Equal(400, error.Status);
        Assert.Contains("context_length_exceeded", error.GetRawResponse()!.Content.ToString(), StringComparison.Ordinal);
        foreach (var (field, name) in new[]
        {
            ("\"temperature\":-1", "'temperature'"), ("\"top_p\":2", "'top_p'"), ("\"logit_bias\":{\"99999\":1}", "'99999'"), ("\"stop\":[1]", "'stop'"),
            ("\"tools\":[{}]", "'tools'"), ("\"max_tokens\":600", "512 tokens"), ("\"seed\":\"x\"", "'seed'"), ("\"messages\":[{\"content\":\"x\"}]", "'role'"),
        })
        {
            using var answer = await Post("v1/chat/completions", "{" + field + (field.StartsWith("\"messages", StringComparison.Ordinal) ? "}" : ",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"));
            Assert.Equal(400, (int)answer.StatusCode);
            Assert.Contains(name, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [NativeFact]
    public async Task A_prompt_of_ids_and_a_bias_are_taken_as_they_are()
    {
        using var answer = await Post("v1/completions", "{\"prompt\":[1,300,301],\"max_tokens\":4,\"temperature\":0,\"logit_bias\":{\"400\":100}}");
        var text = await answer.Content.ReadAsStringAsync();
        var piece = System.Text.Encoding.UTF8.GetString(Given.Tiny.Piece(400));
        Assert.Contains($"\"text\":\"{string.Concat(Enumerable.Repeat(piece, 4))}\"", text, StringComparison.Ordinal);
        Assert.Contains("\"prompt_tokens\":3,", text, StringComparison.Ordinal);
    }

    [NativeFact]
    public async Task A_prompt_that_was_seen_before_is_told_as_cached_and_answered_the_same()
    {
        ChatMessage[] messages = [new SystemChatMessage("You answer at length, patiently, and about graphics processors only."), new UserChatMessage("Why?")];
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 8, Temperature = 0 };
        var first = (await chat.CompleteChatAsync(messages, options)).Value;
        var second = (await chat.CompleteChatAsync(messages, options)).Value;
        var updates = await chat.CompleteChatStreamingAsync(messages, options).ToListAsync();
        var cached = (first.Usage.InputTokenCount - 1) / 16 * 16;
        Assert.True(cached >= 32);
        Assert.Equal(0, first.Usage.InputTokenDetails.CachedTokenCount);
        Assert.Equal(cached, second.Usage.InputTokenDetails.CachedTokenCount);
        Assert.Equal(cached, updates.Last(update => update.Usage is not null).Usage.InputTokenDetails.CachedTokenCount);
        Assert.Equal(first.Content[0].Text, second.Content[0].Text);
        var metrics = await Http.GetStringAsync(new Uri(worker!.Address, "metrics"));
        Assert.Contains($"vllm:prefix_cache_hits_total{{model_name=\"tiny\"}} {2 * cached}\n", metrics, StringComparison.Ordinal);
        Assert.Contains($"vllm:prefix_cache_queries_total{{model_name=\"tiny\"}} {3 * first.Usage.InputTokenCount}\n", metrics, StringComparison.Ordinal);

        using var salted = await Post("v1/completions", $"{{\"cache_salt\":\"mine\",\"max_tokens\":1,\"prompt\":[{string.Join(',', Given.Prompt(7, 40))}]}}");
        using var other = await Post("v1/completions", $"{{\"cache_salt\":\"yours\",\"max_tokens\":1,\"prompt\":[{string.Join(',', Given.Prompt(7, 40))}]}}");
        using var again = await Post("v1/completions", $"{{\"cache_salt\":\"mine\",\"max_tokens\":1,\"prompt\":[{string.Join(',', Given.Prompt(7, 40))}]}}");
        Assert.Contains("\"cached_tokens\":0", await other.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("\"cached_tokens\":32", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [NativeFact]
    public async Task A_client_that_leaves_frees_the_engine()
    {
        // A tiny model may finish before a client on a busy machine has left: one of a few must be caught in the middle.
        for (var tries = 0; tries < 20 && worker!.Loop.Stats.Aborted == 0; tries++)
        {
            using var cancellation = new CancellationTokenSource();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (var update in chat.CompleteChatStreamingAsync([new UserChatMessage("Talk.")], new ChatCompletionOptions { MaxOutputTokenCount = 450 }, cancellation.Token))
                {
                    await cancellation.CancelAsync();
                }
            });
            var patience = DateTime.UtcNow.AddMinutes(1);
            while (worker.Loop.Stats is not { Running: 0, Waiting: 0, KvTokensInUse: 0 })
            {
                Assert.True(DateTime.UtcNow < patience, "the engine is free again");
                await Task.Yield();
            }
        }

        Assert.Equal(1, worker!.Loop.Stats.Aborted);
    }

    [NativeFact]
    public async Task Forty_at_once_on_four_seats_get_what_they_get_alone()
    {
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 12, Temperature = 0 };
        async Task<string> Ask(int i) => (await chat.CompleteChatAsync([new UserChatMessage($"Question {i}?")], options)).Value.Content[0].Text;
        var together = await Task.WhenAll(Enumerable.Range(0, 40).Select(Ask));
        foreach (var i in new[] { 0, 17, 39 })
        {
            Assert.Equal(await Ask(i), together[i]);
        }
    }

    private async Task<Dictionary<int, string>> Choices(string body)
    {
        using var answer = await Post("v1/chat/completions", body);
        var texts = new Dictionary<int, string>();
        foreach (var line in (await answer.Content.ReadAsStringAsync()).Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)))
        {
            using var chunk = System.Text.Json.JsonDocument.Parse(line[6..]);
            foreach (var choice in chunk.RootElement.GetProperty("choices").EnumerateArray())
            {
                var index = choice.GetProperty("index").GetInt32();
                var text = choice.GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() : null;
                texts[index] = texts.GetValueOrDefault(index) + text;
            }
        }

        return texts;
    }

    private Task<HttpResponseMessage> Post(string path, string body) =>
        Http.PostAsync(new Uri(gateway.Address, path), new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
}
