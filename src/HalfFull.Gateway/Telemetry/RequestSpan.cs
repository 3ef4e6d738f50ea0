using System.Diagnostics;
using HalfFull.Gateway.OpenAi;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Telemetry;

/// <summary>The span of a request, from its arrival to the end of its answer; nothing at all when nobody listens.</summary>
internal static class RequestSpan
{
    private const string TraceParent = "traceparent";
    private static readonly ActivitySource Source = new(GatewayTelemetry.Name);

    /// <summary>Begins the span of a request below the one that its client names; null when nobody listens.</summary>
    public static Activity? Begin(HttpContext context, long id)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var request = context.Request;
        _ = ActivityContext.TryParse(request.Headers[TraceParent], request.Headers["tracestate"], isRemote: true, out var parent);
        var span = Source.StartActivity($"{request.Method} {request.Path.Value}", ActivityKind.Server, parent);
        span?.SetTag("http.request.method", request.Method).SetTag("url.path", request.Path.Value).SetTag("halffull.request_id", id);
        return span;
    }

    /// <summary>Ends it.</summary>
    public static void End(Activity? span, int status)
    {
        if (span is not null)
        {
            span.SetTag("http.response.status_code", status);
            span.SetStatus(status >= StatusCodes.Status500InternalServerError ? ActivityStatusCode.Error : ActivityStatusCode.Unset);
            span.Dispose();
        }
    }

    /// <summary>A request is known.</summary>
    public static void Scanned(Request request, string? model) =>
        Current?.SetTag("gen_ai.request.model", model).SetTag("halffull.tenant", request.Tenant).SetTag("halffull.priority", request.Priority);

    /// <summary>A replica answers.</summary>
    public static void Routed(string replica, TimeSpan queued) =>
        Current?.SetTag("halffull.replica", replica).SetTag("halffull.queue_ms", queued.TotalMilliseconds);

    /// <summary>A first token came back.</summary>
    public static void FirstToken(TimeSpan since) => Current?.SetTag("halffull.ttft_ms", since.TotalMilliseconds);

    /// <summary>An attempt ended.</summary>
    public static void Ended(int attempt, TokenUsage? usage, int promptTokens, int outputTokens) => Current?
        .SetTag("gen_ai.usage.input_tokens", usage?.PromptTokens ?? promptTokens)
        .SetTag("gen_ai.usage.output_tokens", usage?.OutputTokens ?? outputTokens)
        .SetTag("halffull.attempts", attempt + 1);

    /// <summary>Names the span as the parent of what the replica does.</summary>
    public static void Propagate(HttpRequestMessage message)
    {
        if (Current is { } span)
        {
            message.Headers.Remove(TraceParent);
            message.Headers.TryAddWithoutValidation(TraceParent, span.Id);
        }
    }

    private static Activity? Current => Activity.Current is { } span && ReferenceEquals(span.Source, Source) ? span : null;
}
