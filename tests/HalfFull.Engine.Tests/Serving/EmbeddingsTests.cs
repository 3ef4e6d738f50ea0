using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using System.Text.Json;
using HalfFull.Engine.Hosting;
using HalfFull.Engine.Native;
using HalfFull.Gateway;
using HalfFull.Gateway.Workers;
using OpenAI;
using OpenAI.Embeddings;

namespace HalfFull.Engine.Tests.Serving;

/// <summary>The official client against the gateway and an engine whose model gives embeddings.</summary>
public sealed class EmbeddingsTests : IAsyncLifetime
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromMinutes(2) };
    private WorkerServer? worker;
    private GatewayServer gateway = null!;

    public async Task InitializeAsync()
    {
        if (LlamaLibrary.IsAvailable(out _))
        {
            worker = await WorkerServer.StartAsync(new ModelWorkerOptions(Given.TinyEmbeddingPath) { Context = Given.Exact with { Sequences = 2, KvTokens = 512 }, MaxModelLength = 256 });
            gateway = await GatewayServer.StartAsync(new GatewayOptions { Port = 0, Replicas = [worker.Address] });
            Assert.True(await gateway.WhenReadyAsync(TimeSpan.FromMinutes(1), CancellationToken.None));
        }
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
    public async Task The_official_client_gets_one_vector_of_length_1_for_each_text()
    {
        var client = Client(gateway.Address);
        var result = (await client.GenerateEmbeddingsAsync(["half empty", "half full", "half empty"])).Value;
        var vectors = result.OrderBy(item => item.Index).Select(item => item.ToFloats().ToArray()).ToArray();
        Assert.Equal(3, vectors.Length);
        Assert.All(vectors, vector => Assert.Equal(1, vector.Sum(x => x * x), precision: 4));
        Assert.All(vectors, vector => Assert.Equal(256, vector.Length));
        Assert.Equal(vectors[0], vectors[2]);
        Assert.True(vectors[0].Zip(vectors[1], (a, b) => a * b).Sum() < 0.999, "other texts have other vectors");
        Assert.Equal("tiny", result.Model);
        using var model = LlamaModel.Load(Given.TinyEmbeddingPath);
        var tokens = new[] { "half empty", "half full", "half empty" }.Sum(text => model.Tokenize(text, addSpecial: true, parseSpecial: false).Length);
        Assert.Equal((tokens, tokens), (result.Usage.InputTokenCount, result.Usage.TotalTokenCount));
    }

    [NativeFact]
    public async Task Lists_of_numbers_base64_and_token_ids_say_the_same()
    {
        using var model = LlamaModel.Load(Given.TinyEmbeddingPath);
        var ids = model.Tokenize("a text", addSpecial: true, parseSpecial: false);
        var list = (await Vectors("\"a text\",\"encoding_format\":\"float\"")).Single().EnumerateArray().Select(x => x.GetSingle()).ToArray();
        var coded = (await Vectors("[\"a text\"],\"encoding_format\":\"base64\"")).Single().GetBytesFromBase64();
        var byIds = (await Vectors($"[[{string.Join(',', ids)}]],\"dimensions\":256")).Single().EnumerateArray().Select(x => x.GetSingle()).ToArray();
        Assert.Equal(list, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(coded).ToArray());
        Assert.Equal(list, byIds);
    }

    [NativeFact]
    public void A_vector_is_the_mean_of_all_tokens()
    {
        using var model = LlamaModel.Load(Given.TinyEmbeddingPath);
        using var embedder = LlamaEmbedder.Of(model, 64, 1)!;

        // In a causal model the first token's vector is the same before any other: the mean over two prompts shows it.
        var one = embedder.Embed([300]);
        var two = embedder.Embed([300, 301]);
        var swapped = embedder.Embed([301, 300]);
        Assert.True(Cosine(one, two) is > 0.3f and < 0.999f, $"{Cosine(one, two)}");
        Assert.True(Cosine(two, swapped) < 0.999f, $"{Cosine(two, swapped)}");
        Assert.Equal(one, embedder.Embed([300]));
    }

    [NativeFact]
    public async Task What_cannot_be_embedded_is_refused_by_name()
    {
        foreach (var (body, name) in new[]
        {
            ("{}", "'input'"), ("{\"input\":3}", "'input'"), ("{\"input\":[1,99999]}", "99999"), ("{\"input\":[[]]}", "'input'"), ("{\"input\":\"x\",\"dimensions\":3}", "'dimensions'"),
            ("{\"input\":\"x\",\"encoding_format\":\"int8\"}", "'encoding_format'"), ($"{{\"input\":\"{new string('x', 5000)}\"}}", "context_length_exceeded"),
        })
        {
            using var answer = await Http.PostAsync(new Uri(gateway.Address, "v1/embeddings"), new StringContent(body, Encoding.UTF8, "application/json"));
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True((int)answer.StatusCode == 400, text);
            Assert.Contains(name, text, StringComparison.Ordinal);
        }
    }

    [NativeFact]
    public async Task A_model_that_names_no_pooling_refuses()
    {
        await using var other = await WorkerServer.StartAsync(new ModelWorkerOptions(Given.TinyPath) { Context = Given.Exact });
        var error = await Assert.ThrowsAsync<ClientResultException>(() => Client(other.Address).GenerateEmbeddingAsync("text"));
        Assert.Equal(400, error.Status);
        Assert.Contains("gives no embeddings", error.GetRawResponse()!.Content.ToString(), StringComparison.Ordinal);
    }

    private static float Cosine(float[] one, float[] other) => one.Zip(other, (a, b) => a * b).Sum();

    private static EmbeddingClient Client(Uri address) => new OpenAIClient(new ApiKeyCredential("none"), new OpenAIClientOptions
    {
        Endpoint = new Uri(address, "v1"),
        Transport = new HttpClientPipelineTransport(Http),
        RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
    }).GetEmbeddingClient("any");

    private async Task<JsonElement[]> Vectors(string input)
    {
        using var answer = await Http.PostAsync(new Uri(gateway.Address, "v1/embeddings"), new StringContent($"{{\"input\":{input}}}", Encoding.UTF8, "application/json"));
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return [.. document.RootElement.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("embedding").Clone())];
    }
}
