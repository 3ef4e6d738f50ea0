using System.Net;
using System.Text;
using System.Text.Json;
using HalfFull.Load.OpenAi;
using HalfFull.Load.Prompts;

namespace HalfFull.Load.Comparing;

/// <summary>
/// Changes the policies of a running HalfFull gateway by <c>PUT /api/policy</c>, so that two of them can be compared on the same replicas,
/// and puts back those that it found.
/// </summary>
public sealed class PolicySwitch
{
    private const int LongestMessage = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly OpenAiClient client;

    private PolicySwitch(OpenAiClient client, GatewayPolicy original, IReadOnlyList<GatewayPolicy> policies)
    {
        this.client = client;
        Original = original;
        Policies = [.. policies.Select(policy => policy.Or(original))];
    }

    /// <summary>What the gateway ran with before.</summary>
    public GatewayPolicy Original { get; }

    /// <summary>The policies to compare; what one leaves open is as it was before.</summary>
    public IReadOnlyList<GatewayPolicy> Policies { get; }

    /// <summary>Asks the gateway for its policies and tries each of the new ones once, the first of them last.</summary>
    /// <param name="client">How to reach the gateway; its key is the gateway's admin key, if it has one.</param>
    /// <param name="policies">The policies to compare.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="LoadException">It cannot switch policies or does not know one of these; one sentence says why, and nothing is changed.</exception>
    public static PolicySwitch Open(OpenAiClient client, IReadOnlyList<GatewayPolicy> policies, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(policies);
        var policySwitch = new PolicySwitch(client, Call(client, HttpMethod.Get, policy: null, cancellation), policies);
        try
        {
            for (var side = policies.Count - 1; side >= 0; side--)
            {
                cancellation.ThrowIfCancellationRequested();
                policySwitch.Use(side);
            }

            return policySwitch;
        }
        catch (Exception error) when (error is LoadException or OperationCanceledException)
        {
            policySwitch.Restore();
            throw;
        }
    }

    /// <summary>Switches to one of the policies.</summary>
    /// <exception cref="LoadException">The gateway did not switch.</exception>
    public void Use(int side) => Put(Policies[side]);

    /// <summary>Puts back what the gateway ran with before.</summary>
    /// <exception cref="LoadException">It could not be put back; the sentence says what it was.</exception>
    public void Restore()
    {
        try
        {
            Put(Original);
        }
        catch (LoadException error)
        {
            throw new LoadException($"{client.Endpoint} could not be given back its policy {Original}: {error.Message}", error);
        }
    }

    private void Put(GatewayPolicy policy)
    {
        var answer = Call(client, HttpMethod.Put, policy, CancellationToken.None);
        if (!IsSame(policy.Router, answer.Router) || !IsSame(policy.Queue, answer.Queue))
        {
            throw new LoadException($"{client.Endpoint.PolicyUrl} was given {policy} and answered {answer}: it did not switch.");
        }
    }

    // The gateway may spell the options of a policy out or in another order; its name stays.
    private static bool IsSame(string? given, string? answered) =>
        given is null || answered is null || given.AsSpan(0, NameLength(given)).SequenceEqual(answered.AsSpan(0, NameLength(answered)));

    private static int NameLength(string policy) => policy.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? colon : policy.Length;

    private static GatewayPolicy Call(OpenAiClient client, HttpMethod method, GatewayPolicy? policy, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            return CallAsync(client, method, policy, patience.Token).GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is HttpRequestException or IOException and not LoadException || ErrorClassifier.IsConnectTimeout(error))
        {
            throw new LoadException(ServerSentence.Unusable(client.Endpoint, error), error);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new LoadException($"{client.Endpoint.PolicyUrl} did not answer within {Duration.Format(Patience)}.", late);
        }
    }

    private static async Task<GatewayPolicy> CallAsync(OpenAiClient client, HttpMethod method, GatewayPolicy? policy, CancellationToken cancellation)
    {
        using var body = new PooledBytes();
        using var content = policy is null ? null : Body(policy, body);
        using var response = await client.SendAsync(method, client.Endpoint.PolicyUrl, content, cancellation);
        var text = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancellation));
        return response.StatusCode switch
        {
            HttpStatusCode.OK => Read(client.Endpoint, text),
            HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed => throw new LoadException(
                $"{client.Endpoint.PolicyUrl} is not there (HTTP {(int)response.StatusCode}): only a HalfFull gateway can switch its policies; leave out --policies or compare two servers."),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => throw new LoadException(
                $"{client.Endpoint.PolicyUrl} wants the gateway's admin key (HTTP {(int)response.StatusCode}); give --admin-key."),
            var status => throw new LoadException(policy is null
                ? $"{client.Endpoint.PolicyUrl} answered with HTTP {(int)status}: {Excerpt.Of(text, LongestMessage)}"
                : $"{client.Endpoint} does not accept the policy {policy} (HTTP {(int)status}): {Excerpt.Of(text, LongestMessage)}"),
        };
    }

    private static BodyContent Body(GatewayPolicy policy, PooledBytes body)
    {
        using var writer = new Utf8JsonWriter(body);
        writer.WriteStartObject();
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)[("router", policy.Router), ("queue", policy.Queue)])
        {
            if (value is not null)
            {
                writer.WriteString(name, value);
            }
        }

        writer.WriteEndObject();
        writer.Flush();
        return new BodyContent(body);
    }

    private static GatewayPolicy Read(Endpoint endpoint, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                var policy = new GatewayPolicy(Field(document.RootElement, "router"), Field(document.RootElement, "queue"));
                if ((policy.Router ?? policy.Queue) is not null)
                {
                    return policy;
                }
            }
        }
        catch (JsonException)
        {
            // The sentence below says what came instead.
        }

        throw new LoadException($"{endpoint.PolicyUrl} answered with something else than a router and a queue: {Excerpt.Of(text, LongestMessage)}");
    }

    private static string? Field(JsonElement policy, string name) =>
        policy.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
