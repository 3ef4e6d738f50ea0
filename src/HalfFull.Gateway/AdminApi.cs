using System.Buffers;
using System.Globalization;
using System.Text.Json;
using HalfFull.Gateway.Access;
using HalfFull.Gateway.Dashboard;
using HalfFull.Gateway.Http;
using HalfFull.Gateway.Logging;
using HalfFull.Gateway.Replicas;
using HalfFull.Policies;
using HalfFull.Routing;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway;

/// <summary>What the gateway says of itself, and how replicas come and go at run time. Who may ask was checked before.</summary>
internal sealed class AdminApi
{
    private const int MostBodyBytes = 64 << 10;
    private const int MostQueued = 20;
    private readonly GatewayServer server;
    private readonly LiveFeed feed;

    public AdminApi(GatewayServer server, AccessControl access)
    {
        this.server = server;
        feed = new LiveFeed(server, access, State);
    }

    /// <summary>Answers a request below <c>/api/</c>.</summary>
    public Task HandleAsync(HttpContext context, string path)
    {
        // A web page elsewhere cannot send this type without asking first, so it cannot reach in through a browser on this machine.
        if (!HttpMethods.IsGet(context.Request.Method) && context.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new RequestRefusedException(StatusCodes.Status415UnsupportedMediaType, "json_only", "Send Content-Type: application/json.");
        }

        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return (context.Request.Method, parts) switch
        {
            ("GET", ["api", "state"]) => JsonAsync(context, State),
            ("GET", ["api", "events"]) => feed.HandleAsync(context),
            ("GET", ["api", "replicas"]) => JsonAsync(context, json => server.Pool.Read(replicas => Replicas(json, replicas))),
            ("GET", ["api", "explain", var id]) => ExplainAsync(context, id),
            ("GET", ["api", "policy"]) => JsonAsync(context, Policy),
            ("PUT", ["api", "policy"]) => SwitchAsync(context),
            ("POST", ["api", "replicas"]) => AddAsync(context),
            ("POST", ["api", "replicas", var id, "drain"]) => DrainAsync(context, id),
            ("POST", ["api", "replicas", var id, "undrain"]) => UndrainAsync(context, id),
            ("DELETE", ["api", "replicas", var id]) => RemoveAsync(context, id),
            _ => throw new RequestRefusedException(StatusCodes.Status404NotFound, "not_found", $"There is no {context.Request.Method} {path} here."),
        };
    }

    /// <summary>The models of all replicas that take requests.</summary>
    public Task ModelsAsync(HttpContext context) => JsonAsync(context, json =>
    {
        var models = server.Pool.Read(replicas => replicas.Where(replica => replica.State == ReplicaState.Ready && !replica.IsDraining)
            .SelectMany(replica => replica.Models ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray());
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (var model in models)
        {
            json.WriteStartObject();
            json.WriteString("id", model);
            json.WriteString("object", "model");
            json.WriteNumber("created", 0);
            json.WriteString("owned_by", "halffull");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>Whether any replica takes requests.</summary>
    public Task ReadyAsync(HttpContext context)
    {
        var ready = server.Pool.Read(replicas => replicas.Count(replica => replica.State == ReplicaState.Ready && !replica.IsDraining));
        context.Response.StatusCode = ready > 0 && !server.IsStopping ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return TextAsync(
            context, "text/plain; charset=utf-8", server.IsStopping ? "stopping\n" : string.Create(CultureInfo.InvariantCulture, $"{ready} replicas ready\n"));
    }

    /// <summary>Answers with text.</summary>
    public static Task TextAsync(HttpContext context, string contentType, string text)
    {
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    private void State(Utf8JsonWriter json)
    {
        json.WriteString("schema", "halffull.state/1");
        json.WriteNumber("uptimeSeconds", server.Pool.Now.TotalSeconds);
        var (router, queue) = server.Pool.Policies;
        json.WriteString("router", router.ToString());
        json.WriteString("queue", queue.ToString());
        json.WriteNumber("waiting", server.Pool.Waiting);
        LiveJson.Queue(json, server.Pool.Queued(MostQueued), server.Pool.Now);
        var (now, hour) = server.Metrics.Read(history => (history.Recent(server.Pool.Now), history.Hour(server.Pool.Now)));
        LiveJson.Latency(json, now, hour);
        server.Pool.Read(replicas => Replicas(json, replicas));
    }

    private bool Replicas(Utf8JsonWriter json, IReadOnlyList<RemoteReplica> replicas)
    {
        json.WriteStartArray("replicas");
        foreach (var replica in replicas)
        {
            Replica(json, replica);
        }

        json.WriteEndArray();
        return true;
    }

    private void Replica(Utf8JsonWriter json, RemoteReplica replica)
    {
        var account = replica.Account;
        json.WriteStartObject();
        json.WriteNumber("id", replica.Id);
        json.WriteString("name", replica.Name);
        json.WriteString("url", replica.Address.AbsoluteUri);
        json.WriteString("state", StateOf(replica));
        json.WriteNumber("share", replica.Health.ShareAt(server.Pool.Now, server.Options));
        json.WriteString("flavour", replica.Flavour.ToString().ToLowerInvariant());
        json.WriteNumber("epoch", account.Epoch);
        json.WriteStartArray("models");
        foreach (var model in replica.Models ?? [])
        {
            json.WriteStringValue(model);
        }

        json.WriteEndArray();
        json.WriteNumber("requests", replica.Requests);
        json.WriteNumber("failures", replica.Failures);
        json.WriteNumber("outputTokens", replica.OutputTokens);
        json.WriteNumber("inFlightRequests", account.Requests);
        json.WriteNumber("inFlightTokens", account.CommittedTokens);
        json.WriteNumber("queuedPrefillTokens", account.SentPrefillTokens);
        Number(json, "waiting", replica.Report?.Waiting);
        Number(json, "running", replica.Report?.Running);
        Number(json, "kvUsage", replica.Report?.KvUsage);
        Number(json, "kvCapacityTokens", replica.Report?.KvCapacityTokens);
        Number(json, "driftTokens", replica.DriftTokens);
        Number(json, "prefillTokensPerSecond", replica.Rates.PrefillTokensPerSecond);
        Number(json, "releasedTokensPerSecond", replica.Rates.ReleasedTokensPerSecond);
        Number(json, "meanOutputTokens", replica.Rates.MeanOutputTokens);
        Number(json, "secondsPerStep", replica.Rates.SecondsPerStep);
        json.WriteEndObject();
    }

    private string StateOf(RemoteReplica replica) =>
        replica.IsDraining ? "draining"
        : replica.State != ReplicaState.Ready ? replica.State.ToString().ToLowerInvariant()
        : replica.Health.IsEjectedAt(server.Pool.Now) ? "ejected"
        : replica.Health.Progress.IsFrozen(server.Options.FrozenTime) ? "frozen"
        : replica.Health.ShareAt(server.Pool.Now, server.Options) < 1 ? "warming" : "ready";

    /// <summary>What nobody knows is null, never 0.</summary>
    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private void Policy(Utf8JsonWriter json)
    {
        var (router, queue) = server.Pool.Policies;
        json.WriteString("router", router.ToString());
        json.WriteString("queue", queue.ToString());
    }

    /// <summary>Takes other policies; what is under way goes on.</summary>
    private async Task SwitchAsync(HttpContext context)
    {
        using var body = await PooledBody.ReadAsync(context.Request, MostBodyBytes, context.RequestAborted);
        try
        {
            var (router, queue) = PolicyIn(body);
            var (usedRouter, usedQueue) = server.Pool.Policies;
            server.Pool.SwitchPolicy(router ?? usedRouter, queue ?? usedQueue);
        }
        catch (PolicyException error)
        {
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, "invalid_request", error.Message);
        }

        await JsonAsync(context, Policy);
    }

    private static (PolicySpec? Router, PolicySpec? Queue) PolicyIn(PooledBody body)
    {
        try
        {
            using var document = JsonDocument.Parse(body.Memory);
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.EnumerateObject().All(field => field is { Name: "router" or "queue", Value.ValueKind: JsonValueKind.String }))
            {
                return (Spec("router"), Spec("queue"));
            }

            PolicySpec? Spec(string name) => document.RootElement.TryGetProperty(name, out var spec) ? PolicySpec.Parse(spec.GetString()!) : null;
        }
        catch (JsonException)
        {
            // The sentence below says what would be accepted.
        }

        throw new RequestRefusedException(StatusCodes.Status400BadRequest, "invalid_request", "Send {\"router\":\"sal\",\"queue\":\"larry\"} or one of them; halffull policies lists them.");
    }

    private Task ExplainAsync(HttpContext context, string id)
    {
        var number = long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : -1;
        if (number < 0 || server.Journal.Explain(number) is not { } explanation)
        {
            throw new RequestRefusedException(
                StatusCodes.Status404NotFound,
                "not_found",
                $"Request '{id}' is not among the last {server.Journal.Ring?.Capacity ?? 0} that are kept; halffull explain --log DIR looks in a decision log.");
        }

        var names = server.Pool.Read(replicas => replicas.ToDictionary(replica => replica.Id, replica => replica.Name));
        return JsonAsync(context, json => ExplanationJson.Write(json, explanation, replica => names.GetValueOrDefault(replica)));
    }

    private async Task AddAsync(HttpContext context)
    {
        using var body = await PooledBody.ReadAsync(context.Request, MostBodyBytes, context.RequestAborted);
        var address = AddressIn(body);
        var replica = server.TryAdd(new ReplicaSettings(address)) ?? throw new RequestRefusedException(
            StatusCodes.Status409Conflict, "replica_exists", $"{address} is a replica already; take it out before you add it again.");
        context.Response.StatusCode = StatusCodes.Status201Created;
        await JsonAsync(context, json => json.WriteNumber("id", replica.Id));
    }

    private async Task DrainAsync(HttpContext context, string id) =>
        await JsonAsync(context, Found(server.Pool.Drain(Number(id)), id, "draining"));

    private async Task UndrainAsync(HttpContext context, string id) =>
        await JsonAsync(context, Found(server.Pool.Undrain(Number(id)), id, "undrained"));

    private async Task RemoveAsync(HttpContext context, string id) =>
        await JsonAsync(context, Found(await server.RemoveAsync(Number(id)), id, "removed"));

    private static Uri AddressIn(PooledBody body)
    {
        try
        {
            using var document = JsonDocument.Parse(body.Memory);
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("url", out var url) && url.ValueKind == JsonValueKind.String
                && ReplicaAddress.TryParse(url.GetString()!, out var address))
            {
                return address;
            }
        }
        catch (JsonException)
        {
            // The sentence below says what would be accepted.
        }

        throw new RequestRefusedException(
            StatusCodes.Status400BadRequest, "invalid_request", "Send {\"url\":\"http://host:port\"} with the address of an OpenAI-compatible server.");
    }

    private static int Number(string id) => int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    private static Action<Utf8JsonWriter> Found(bool found, string id, string state) => found
        ? json => json.WriteString("state", state)
        : throw new RequestRefusedException(StatusCodes.Status404NotFound, "not_found", $"There is no replica '{id}'; GET /api/replicas lists them.");

    private static async Task JsonAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = buffer.WrittenCount;
        await context.Response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }
}
