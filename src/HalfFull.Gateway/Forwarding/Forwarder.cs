using System.Buffers;
using System.Net;
using HalfFull.Gateway.Access;
using HalfFull.Gateway.Http;
using HalfFull.Gateway.Logging;
using HalfFull.Gateway.OpenAi;
using HalfFull.Gateway.Replicas;
using HalfFull.Gateway.Telemetry;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Forwarding;

/// <summary>
/// The path of one request: read, scan, choose and reserve, send, pass the answer on, release. A failed attempt is repeated on another replica only while the
/// client has got nothing, and its lease is released before the next is reserved.
/// </summary>
internal sealed class Forwarder : IDisposable
{
    private const int CopyBuffer = 16 << 10;
    private const int UsageTail = 4 << 10;
    private const int DefaultOutputTokens = 4096;

    private volatile GatewayOptions options;
    private readonly ReplicaPool pool;
    private readonly GatewayMetrics metrics;
    private readonly Journal journal;
    private readonly HttpMessageInvoker client;
    private volatile RetryBudget budget;
    private readonly BytesPerToken bytesPerToken = new();
    private long lastId;

    public Forwarder(GatewayOptions options, ReplicaPool pool, GatewayMetrics metrics, Journal journal)
    {
        this.journal = journal;
        this.options = options;
        this.pool = pool;
        this.metrics = metrics;
        client = ReplicaClient.Create(options);
        budget = new RetryBudget(options.RetryShare);
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    /// <summary>Takes other options for requests from now on.</summary>
    public void Take(GatewayOptions next)
    {
        budget = next.RetryShare.Equals(options.RetryShare) ? budget : new RetryBudget(next.RetryShare);
        options = next;
    }

    /// <summary>The next request's number.</summary>
    public long NextId() => Interlocked.Increment(ref lastId);

    /// <summary>Forwards a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="id">Its number.</param>
    /// <param name="api">What it asks for.</param>
    public async Task ForwardAsync(HttpContext context, long id, ApiKind api)
    {
        var arrival = pool.Now;
        using var body = await PooledBody.ReadAsync(context.Request, options.MostBodyBytes, context.RequestAborted);
        var scan = RequestScanner.Scan(body.Span, journal.Salt);
        var ratio = bytesPerToken.Of(scan.Model);
        var scanned = new Request(id, arrival, scan.PromptTokens(ratio), scan.MaxOutputTokens ?? DefaultOutputTokens);
        var caller = context.Features.Get<Caller>() ?? Caller.Stranger;
        var described = RoutingFields.Apply(scanned, context.Request, scan, caller, options.RequestTimeout);
        using var charge = caller.Limit?.Reserve(described, arrival);
        var request = journal.Enter(described, scan, ratio);
        RequestSpan.Scanned(request, scan.Model);
        var call = new Call(context, api, body, scan, request, arrival, new Journey(journal, request), caller, charge);
        Exception? failure = null;
        try
        {
            await ForwardAsync(call);
        }
        catch (Exception error)
        {
            failure = error;
            throw;
        }
        finally
        {
            call.Journey.End(pool.Now, failure, context.Response.StatusCode, context.RequestAborted.IsCancellationRequested);
        }
    }

    private async Task ForwardAsync(Call call)
    {
        var (scan, request) = (call.Scan, call.Request);
        budget.Add();
        var (state, tried) = (default(Attempt), default(List<int>));
        for (var attempt = 0; ; attempt++)
        {
            if (request.Deadline <= pool.Now)
            {
                throw TooLate();
            }

            Dispatch dispatch;
            try
            {
                var isStreamed = call.Api == ApiKind.Completion && scan.Stream;
                dispatch = await pool.RouteAsync(request, scan.Model, scan.IsExact, attempt, tried, isStreamed, call.Context.RequestAborted);
            }
            catch (NoReplicaException error)
            {
                GatewayHeaders.Waited(call.Context.Response, pool.Now - call.Arrival);
                // A retry that finds nobody else ends as the attempt before it did: for its client the model exists and the prompt is not too large.
                throw attempt > 0 && error.Reason is (NoReplicaReason.NoneHealthy or NoReplicaReason.UnknownModel or NoReplicaReason.TooLarge) ? state.Error! : Refused(error);
            }

            (tried ??= []).Add(dispatch.Replica.Id);
            state = await TryAsync(call, dispatch, mayRetry: attempt + 1 < options.MostAttempts && pool.HasOther(scan.Model, tried));
            if (state.Error is not { } failure)
            {
                return;
            }

            if (!state.MayRetry)
            {
                GatewayHeaders.Waited(call.Context.Response, dispatch.Lease.SentAt - call.Arrival);
                throw failure;
            }

            metrics.Retried();
        }
    }

    /// <summary>One attempt on one replica; its lease is released on every way out.</summary>
    private async Task<Attempt> TryAsync(Call call, Dispatch dispatch, bool mayRetry)
    {
        var outcome = DispatchOutcome.Failed;
        TokenUsage? usage = null;
        using var idle = new IdleTimeout(options.IdleTimeout, call.Request.Deadline - pool.Now, call.Context.RequestAborted);
        try
        {
            var stripsUsage = call.Api == ApiKind.Completion && call.Scan.UsageSplice is not null && dispatch.Replica.Flavour != ReplicaFlavour.Unknown;
            using var message = Message(call, dispatch, stripsUsage ? call.Scan.UsageSplice : null);
            using var response = await client.SendAsync(message, idle.Token);
            if (IsRetriable(response.StatusCode) && mayRetry && budget.TryTake())
            {
                return new Attempt(Unavailable(dispatch, $"answered {(int)response.StatusCode}"), MayRetry: true);
            }

            // From here on nothing is sent again: long answers do not hold long prompts in memory.
            call.Body.Dispose();
            (outcome, usage) = await RelayAsync(call, dispatch, response, stripsUsage, idle);
            return default;
        }
        catch (OperationCanceledException) when (!idle.HasExpired)
        {
            outcome = DispatchOutcome.Cancelled;
            throw;
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            if (call.Context.RequestAborted.IsCancellationRequested)
            {
                outcome = DispatchOutcome.Cancelled;
                throw new OperationCanceledException(call.Context.RequestAborted);
            }

            if (call.Context.Response.HasStarted)
            {
                outcome = idle.HasPassedDeadline ? DispatchOutcome.Cancelled : outcome;
                call.Context.Abort();
                return default;
            }

            ClearHeaders(call);
            if (idle.HasPassedDeadline)
            {
                outcome = DispatchOutcome.Cancelled;
                return new Attempt(TooLate(), MayRetry: false);
            }

            var failure = idle.HasExpired
                ? new RequestRefusedException(StatusCodes.Status504GatewayTimeout, "replica_timeout", $"Replica {dispatch.Replica.Name} did not answer in time.")
                : Unavailable(dispatch, "could not be reached or cut the connection");
            return new Attempt(failure, MayRetry: mayRetry && !idle.HasExpired && budget.TryTake());
        }
        finally
        {
            pool.End(dispatch, outcome, usage?.PromptTokens, usage?.OutputTokens, usage?.CachedTokens);
            call.Journey.Attempted(dispatch, outcome, usage?.PromptTokens, usage?.OutputTokens);
            metrics.Ended(dispatch, call.Arrival, pool.Now, outcome, usage);
            RequestSpan.Ended(dispatch.Lease.Attempt, usage, dispatch.Lease.PromptTokens, dispatch.Lease.OutputTokens);
            Charge(call, dispatch, outcome, usage);
            if (usage is { } told && !call.Scan.IsExact)
            {
                bytesPerToken.Learn(call.Scan.Model, call.Scan.PromptBytes, told.PromptTokens);
            }
        }
    }

    private async Task<(DispatchOutcome Outcome, TokenUsage? Usage)> RelayAsync(
        Call call, Dispatch dispatch, HttpResponseMessage response, bool stripsUsage, IdleTimeout idle)
    {
        var answer = call.Context.Response;
        answer.StatusCode = (int)response.StatusCode;
        HopByHop.Copy(response, answer);
        GatewayHeaders.Routed(answer, dispatch.Replica.Name, dispatch.Lease.SentAt - call.Arrival);
        RequestSpan.Routed(dispatch.Replica.Name, dispatch.Lease.SentAt - call.Arrival);
        var input = await response.Content.ReadAsStreamAsync(idle.Token);
        if (response.StatusCode != HttpStatusCode.OK || !IsEventStream(response))
        {
            var usage = await CopyAsync(input, answer, idle);
            return (OutcomeOf(response.StatusCode), usage);
        }

        // The answer has begun: from here on errors go into the stream.
        if (stripsUsage)
        {
            answer.ContentLength = null;
        }

        await answer.StartAsync(idle.Client);
        var result = await StreamAsync(call, dispatch, input, stripsUsage, idle);
        var isWhole = result.IsComplete || call.Api != ApiKind.Completion;
        return (isWhole ? DispatchOutcome.Completed : idle.HasPassedDeadline ? DispatchOutcome.Cancelled : DispatchOutcome.Failed, result.Usage);
    }

    private async Task<RelayResult> StreamAsync(Call call, Dispatch dispatch, Stream input, bool stripsUsage, IdleTimeout idle)
    {
        var output = call.Context.Response.BodyWriter;
        using var relay = new StreamRelay(pool, dispatch, stripsUsage, () => FirstToken(call));
        RelayResult result;
        try
        {
            result = await relay.RunAsync(input, output, idle);
        }
        catch (Exception error) when (
            error is HttpRequestException or IOException or OperationCanceledException && !call.Context.RequestAborted.IsCancellationRequested
            && (error is not OperationCanceledException || idle.HasExpired))
        {
            result = new RelayResult(IsComplete: false, Usage: null, idle.HasExpired ? "it was silent for too long" : "it cut the connection");
        }

        if (!result.IsComplete && call.Api == ApiKind.Completion)
        {
            // Never a silent restart: the client would get text twice.
            metrics.Cut();
            if (!relay.IsBetweenEvents)
            {
                output.Write("\n\n"u8);
            }

            var text = idle.HasPassedDeadline
                ? OpenAiError.Event("deadline_exceeded", "The request's deadline passed in the middle of the answer.")
                : OpenAiError.Event("replica_failed", $"Replica {dispatch.Replica.Name} failed in the middle of the answer: {result.Cause}.");
            await output.WriteAsync(text, call.Context.RequestAborted);
        }

        return result;
    }

    /// <summary>Copies an answer that is no stream of events; its usage is looked for in its last bytes.</summary>
    private static async Task<TokenUsage?> CopyAsync(Stream input, HttpResponse answer, IdleTimeout idle)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBuffer);
        try
        {
            var kept = 0;
            while (true)
            {
                // The tail of what was passed on stays in front, so that a usage that two reads share is seen whole.
                idle.Restart();
                var read = await input.ReadAsync(buffer.AsMemory(kept), idle.Token);
                idle.Pause();
                if (read == 0)
                {
                    return TokenUsage.Find(buffer.AsSpan(0, kept));
                }

                await answer.BodyWriter.WriteAsync(buffer.AsMemory(kept, read), idle.Client);
                var length = kept + read;
                kept = Math.Min(length, UsageTail);
                buffer.AsSpan(length - kept, kept).CopyTo(buffer);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static HttpRequestMessage Message(Call call, Dispatch dispatch, BodySplice? splice)
    {
        var request = call.Context.Request;
        var message = new HttpRequestMessage(HttpMethod.Post, dispatch.Endpoints.Of(request.Path.Value!, request.QueryString.Value))
        {
            Content = new SplicedContent(call.Body, splice),
        };
        HopByHop.Copy(request.Headers, message);
        if (call.Caller.HasKey)
        {
            // The key is the gateway's; a replica must never see it.
            message.Headers.Remove("Authorization");
        }

        ReplicaClient.Authorize(message, dispatch.Replica);
        RequestSpan.Propagate(message);
        return message;
    }

    private void FirstToken(Call call)
    {
        var now = pool.Now;
        var since = now - call.Arrival;
        metrics.FirstToken(since, now);
        RequestSpan.FirstToken(since);
    }

    /// <summary>What an attempt counts against the limit of its key: a replica that refused or never answered has cost nothing.</summary>
    private static void Charge(Call call, Dispatch dispatch, DispatchOutcome outcome, TokenUsage? usage)
    {
        var output = usage?.OutputTokens ?? dispatch.Lease.OutputTokens;
        if (usage is not null || output > 0 || outcome == DispatchOutcome.Completed)
        {
            call.Charge?.Used(usage?.PromptTokens ?? dispatch.Lease.PromptTokens, output);
        }
    }

    /// <summary>Takes back the headers of an answer that never came.</summary>
    private static void ClearHeaders(Call call)
    {
        call.Context.Response.Clear();
        GatewayHeaders.Begin(call.Context.Response, call.Request.Id);
    }

    private static bool IsEventStream(HttpResponseMessage response) =>
        string.Equals(response.Content.Headers.ContentType?.MediaType, "text/event-stream", StringComparison.OrdinalIgnoreCase);

    private static bool IsRetriable(HttpStatusCode status) =>
        status is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    private static DispatchOutcome OutcomeOf(HttpStatusCode status) => (int)status switch
    {
        < 400 => DispatchOutcome.Completed,
        < 500 => DispatchOutcome.Refused,
        _ => DispatchOutcome.Failed,
    };

    private static RequestRefusedException TooLate() =>
        new(StatusCodes.Status504GatewayTimeout, "deadline_exceeded", "The request's deadline passed before an answer began.");

    private static RequestRefusedException Unavailable(Dispatch dispatch, string what) =>
        new(StatusCodes.Status502BadGateway, "replica_failed", $"Replica {dispatch.Replica.Name} {what}.");

    private static RequestRefusedException Refused(NoReplicaException error)
    {
        var (status, code) = error.Reason switch
        {
            NoReplicaReason.UnknownModel => (StatusCodes.Status404NotFound, "model_not_found"),
            NoReplicaReason.TooLarge => (StatusCodes.Status400BadRequest, "context_length_exceeded"),
            NoReplicaReason.Overloaded => (StatusCodes.Status429TooManyRequests, "overloaded"),
            NoReplicaReason.DeadlineExceeded => (StatusCodes.Status504GatewayTimeout, "deadline_exceeded"),
            _ => (StatusCodes.Status503ServiceUnavailable, "no_healthy_replica"),
        };
        return new RequestRefusedException(status, code, error.Message)
        {
            RetryAfterSeconds = error.RetryAfter is { } wait ? (int)Math.Ceiling(Math.Max(1, wait.TotalSeconds)) : null,
        };
    }

    private sealed record Call(
        HttpContext Context, ApiKind Api, PooledBody Body, RequestScan Scan, Request Request, TimeSpan Arrival, Journey Journey, Caller Caller, RateCharge? Charge);

    private readonly record struct Attempt(RequestRefusedException? Error, bool MayRetry);
}
