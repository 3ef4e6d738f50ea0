using System.Net;
using System.Text;
using System.Text.Json;
using HalfFull.Load.OpenAi;
using HalfFull.Load.Plans;
using HalfFull.Load.Records;
using HalfFull.Load.Timing;

namespace HalfFull.Load.Runs;

/// <summary>Carries out one call from send to end and writes its record.</summary>
internal sealed class CallRunner(OpenAiClient client, LoadPlan plan, RunClock clock, LoadRecorder recorder, Drains drains, CancellationToken interrupt)
{
    private const int LongestMessage = 300;
    private readonly Uri url = client.Endpoint.RequestUrl;

    /// <summary>Sends the call, on the caller's thread as far as that goes without waiting, and reads the response.</summary>
    /// <returns>The record.</returns>
    public async Task<LoadRecord> RunAsync(Call call)
    {
        var state = new CallState();
        using var content = new BodyContent(call.Body);
        HttpResponseMessage? response = null;
        using (interrupt.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), call.Abort))
        {
            try
            {
                call.Abort.CancelAfter(plan.Timeout);
                call.Meter.Sent(clock.Now);
                response = await client.SendAsync(HttpMethod.Post, url, content, call.Abort.Token);
                call.Meter.Headed(clock.Now, (int)response.StatusCode);
                state.Headed = true;
                await ReadAsync(call, response, state);
            }
#pragma warning disable CA1031 // No response, however strange, ends the run: what it was is counted.
            catch (Exception error)
#pragma warning restore CA1031
            {
                Fail(call, state, error);
            }
            finally
            {
                if (!state.IsHandedOver)
                {
                    response?.Dispose();
                }
            }
        }

        if (!content.WasSent)
        {
            // The transport may still be reading the body of a call that failed early.
            call.Body.Abandon();
        }

        var record = call.Meter.End(state.End, state.Outcome, state.Error) with { Message = state.Message };
        recorder.Add(record, call.Meter.Gaps);
        return record;
    }

    private void Fail(Call call, CallState state, Exception error)
    {
        var now = clock.Now;
        if (interrupt.IsCancellationRequested)
        {
            state.TryEnd(now, LoadOutcome.Unfinished, ErrorClass.None);
        }
        else if (call.Abort.IsCancellationRequested)
        {
            state.TryFail(now, ErrorClass.Timeout, $"No end after {Duration.Format(plan.Timeout)}.");
        }
        else
        {
            var message = ErrorClassifier.IsConnectTimeout(error) ? $"No connection within {Duration.Format(OpenAiClient.ConnectTimeout)}." : error.Message;
            state.TryFail(now, ErrorClassifier.Of(error, state.Headed), message);
        }
    }

    private async Task ReadAsync(Call call, HttpResponseMessage response, CallState state)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            await ReadRefusalAsync(call, response, state);
        }
        else if (plan.Unary)
        {
            await ReadUnaryAsync(call, response, state);
        }
        else if (response.Content.Headers.ContentType?.MediaType is "application/json" or "text/html")
        {
            var text = await TextAsync(call, response);
            state.TryFail(clock.Now, ErrorClass.Protocol, $"No event stream but {response.Content.Headers.ContentType}: {Excerpt.Of(text, LongestMessage)}");
        }
        else
        {
            await ReadStreamAsync(call, response, state);
        }
    }

    private async Task ReadRefusalAsync(Call call, HttpResponseMessage response, CallState state)
    {
        var text = string.Empty;
        try
        {
            text = await TextAsync(call, response);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            // The status has said what happened; the explanation was cut off.
        }

        state.TryFail(clock.Now, ErrorClassifier.OfStatus((int)response.StatusCode), $"HTTP {(int)response.StatusCode}: {Excerpt.Of(text, LongestMessage)}");
    }

    // Not as a string: servers name charsets that nobody knows.
    private static async Task<string> TextAsync(Call call, HttpResponseMessage response) =>
        Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(call.Abort.Token));

    private async Task ReadUnaryAsync(Call call, HttpResponseMessage response, CallState state)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(call.Abort.Token);
        call.Answer.Clear();
        while (true)
        {
            var read = await stream.ReadAsync(call.Answer.GetMemory(4096), call.Abort.Token);
            if (read == 0)
            {
                break;
            }

            call.Answer.Advance(read);
        }

        var now = clock.Now;
        var chunk = ChunkReader.Read(call.Answer.Written.Span);
        call.Meter.ReceivedWhole(now, chunk);
        if (chunk.IsError)
        {
            state.TryFail(now, ErrorClass.Protocol, $"An error with status 200: {Excerpt.Of(Encoding.UTF8.GetString(call.Answer.Written.Span), LongestMessage)}");
        }
        else
        {
            state.TryEnd(now, LoadOutcome.Completed, ErrorClass.None);
        }
    }

    private async Task ReadStreamAsync(Call call, HttpResponseMessage response, CallState state)
    {
        var stream = await response.Content.ReadAsStreamAsync(call.Abort.Token);
        int read;
        do
        {
            read = await stream.ReadAsync(call.Events.GetMemory(), call.Abort.Token);
            var now = clock.Now;
            call.Events.Advance(read);
            while (!state.HasEnded && call.Events.TryRead(out var complete))
            {
                Take(call, state, now, complete);
            }

            if (call.Request.IsSlowReader && read > 0 && !state.HasEnded)
            {
                await Task.Delay(plan.SlowReaderPause, call.Abort.Token);
            }
        }
        while (read > 0 && !state.HasEnded);

        if (state is { HasEnded: true, Outcome: LoadOutcome.Completed } && read > 0)
        {
            // What is left is the end of the body, which frees the connection for the next request.
            state.IsHandedOver = true;
            await drains.TakeAsync(response, stream);
        }

        if (state.HasEnded)
        {
            return;
        }

        var end = clock.Now;
        if (call.Events.TryReadLast(out var data))
        {
            TakeLast(call, state, end, data);
        }

        // A finish reason says that the answer is whole even where [DONE] is missing.
        state.TryEnd(end, call.Meter.HasFinishReason ? LoadOutcome.Completed : LoadOutcome.Failed, call.Meter.HasFinishReason ? ErrorClass.None : ErrorClass.Cut);
    }

    private void Take(Call call, CallState state, TimeSpan now, ReadOnlySpan<byte> data)
    {
        data = data.Trim(" \t"u8);
        if (data.IsEmpty)
        {
            return; // an empty event keeps a connection alive and says nothing
        }

        if (data.SequenceEqual("[DONE]"u8))
        {
            state.TryEnd(now, LoadOutcome.Completed, ErrorClass.None);
            return;
        }

        var chunk = ChunkReader.Read(data, plan.Turns > 1 ? call.Answer : null);
        if (chunk.IsError || call.Events.IsErrorEvent)
        {
            state.TryFail(now, ErrorClass.StreamError, Excerpt.Of(Encoding.UTF8.GetString(data), LongestMessage));
            return;
        }

        call.Meter.Received(now, chunk);
        if (call.Request.CancelAfterTokens > 0 && call.Meter.Deltas >= call.Request.CancelAfterTokens)
        {
            state.TryEnd(now, LoadOutcome.Cancelled, ErrorClass.None);
        }
    }

    private void TakeLast(Call call, CallState state, TimeSpan now, ReadOnlySpan<byte> data)
    {
        try
        {
            Take(call, state, now, data);
        }
        catch (JsonException)
        {
            // Half an event at the end of the stream: it was cut, and is counted so.
            state.TryFail(now, ErrorClass.Cut, "The stream ended in the middle of an event.");
        }
    }
}
