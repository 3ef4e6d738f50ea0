using System.ClientModel;
using System.ClientModel.Primitives;
using HalfFull.Gateway.Workers;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Models;

namespace HalfFull.Gateway.Tests;

/// <summary>The official client against the gateway and emulated replicas.</summary>
public sealed class OpenAiClientTests : IAsyncLifetime
{
    private WorkerServer[] workers = [];
    private GatewayServer gateway = null!;
    private OpenAIClient client = null!;

    public async Task InitializeAsync()
    {
        workers = [await Given.Worker(stepMicros: 500), await Given.Worker(stepMicros: 500)];
        gateway = await Given.Gateway(options: null, [.. workers.Select(worker => worker.Address)]);
        client = new OpenAIClient(new ApiKeyCredential("none"), new OpenAIClientOptions
        {
            Endpoint = new Uri(gateway.Address, "v1"),
            Transport = new HttpClientPipelineTransport(Given.Client),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
        });
    }

    public async Task DisposeAsync()
    {
        await Given.LedgerIsZero(gateway);
        await gateway.DisposeAsync();
        foreach (var worker in workers)
        {
            await worker.DisposeAsync();
        }
    }

    [Fact]
    public async Task Chat_answers_with_exactly_the_tokens_asked_for()
    {
        var answer = await Chat.CompleteChatAsync([new UserChatMessage("Is the GPU half empty?")], new ChatCompletionOptions { MaxOutputTokenCount = 12 });
        Assert.Equal(ChatFinishReason.Length, answer.Value.FinishReason);
        Assert.Equal(12, answer.Value.Usage.OutputTokenCount);
        Assert.Equal(6, answer.Value.Usage.InputTokenCount);
        Assert.Equal(" the gpu is half full or half empty, and we fill", answer.Value.Content[0].Text);
    }

    [Fact]
    public async Task A_stream_has_one_update_for_each_token_and_ends()
    {
        var updates = await Chat.CompleteChatStreamingAsync(
            [new UserChatMessage("Is the GPU half empty?")], new ChatCompletionOptions { MaxOutputTokenCount = 30 }).ToListAsync();
        Assert.Equal(30, updates.Count(update => update.ContentUpdate.Count > 0 && update.ContentUpdate[0].Text.Length > 0));
        Assert.Equal(ChatFinishReason.Length, updates.Last(update => update.FinishReason is not null).FinishReason);
        Assert.Equal(ChatMessageRole.Assistant, updates[0].Role);

        // The client asks for the usage itself, so it gets it.
        Assert.Equal(30, updates.Last(update => update.Usage is not null).Usage.OutputTokenCount);
    }

    [Fact]
    public async Task A_cancelled_stream_frees_the_engine()
    {
        using var cancellation = new CancellationTokenSource();
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 100_000 };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in Chat.CompleteChatStreamingAsync([new UserChatMessage("Talk.")], options, cancellation.Token))
            {
                await cancellation.CancelAsync();
            }
        });
        await Eventually.True(() => workers.All(worker => worker.Loop.Stats is { Running: 0, Waiting: 0 }), "no engine runs it any more");
        Assert.Equal(1, workers.Sum(worker => worker.Loop.Stats.Aborted));
    }

    [Fact]
    public async Task An_unknown_model_is_not_found()
    {
        var error = await Assert.ThrowsAsync<ClientResultException>(() => client.GetChatClient("nobody").CompleteChatAsync([new UserChatMessage("Hello?")]));
        Assert.Equal(404, error.Status);
        Assert.Contains("nobody", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_engine_refuses_comes_through_as_it_is()
    {
        var error = await Assert.ThrowsAsync<ClientResultException>(() => Chat.CompleteChatAsync([new UserChatMessage(new string('x', 1_000_000))]));
        Assert.Equal(400, error.Status);
        Assert.Contains("context_length_exceeded", error.GetRawResponse()!.Content.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_are_listed_once()
    {
        OpenAIModelCollection models = await client.GetOpenAIModelClient().GetModelsAsync();
        Assert.Equal("halffull-emulated", Assert.Single(models).Id);
    }

    [Fact]
    public async Task Many_requests_at_once_all_get_their_own_answer()
    {
        var answers = await Task.WhenAll(Enumerable.Range(1, 60).Select(i => Chat.CompleteChatAsync(
            [new UserChatMessage(new string('x', i * 50))], new ChatCompletionOptions { MaxOutputTokenCount = i })));
        Assert.Equal(Enumerable.Range(1, 60), answers.Select(answer => answer.Value.Usage.OutputTokenCount));
        Assert.All(workers, worker => Assert.NotEqual(0, worker.Loop.Stats.Completed));
    }

    private ChatClient Chat => client.GetChatClient("halffull-emulated");
}
