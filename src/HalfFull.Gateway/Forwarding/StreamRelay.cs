using System.Buffers;
using System.IO.Pipelines;
using HalfFull.Gateway.OpenAi;
using HalfFull.Gateway.Replicas;

namespace HalfFull.Gateway.Forwarding;

/// <summary>
/// Passes a stream of server-sent events on as it comes, and watches it on the way: first token, tokens, usage, end. Bytes are never changed; only the usage
/// chunk that the gateway itself has asked for is left out, and only for that are events held until they are whole.
/// </summary>
internal sealed class StreamRelay : IDisposable
{
    private const int FirstBuffer = 1 << 10;
    private const int LargestEvent = 1 << 20;

    private readonly ReplicaPool pool;
    private readonly Dispatch dispatch;
    private readonly bool stripsUsage;
    private readonly Action firstToken;
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private int sent;
    private int observed;
    private int searched;
    private int end;
    private bool isFinished;
    private bool isDone;
    private bool isError;
    private bool hasOutput;
    private TokenUsage? usage;

    /// <param name="pool">Is told of tokens.</param>
    /// <param name="dispatch">The attempt.</param>
    /// <param name="stripsUsage">Whether the usage chunk is left out.</param>
    /// <param name="firstToken">Called at the first token.</param>
    public StreamRelay(ReplicaPool pool, Dispatch dispatch, bool stripsUsage, Action firstToken)
    {
        this.pool = pool;
        this.dispatch = dispatch;
        this.stripsUsage = stripsUsage;
        this.firstToken = firstToken;
    }

    /// <summary>Whether the last byte passed on ended an event.</summary>
    public bool IsBetweenEvents => sent == observed;

    /// <summary>Passes everything on.</summary>
    /// <param name="input">The replica's answer.</param>
    /// <param name="output">The client.</param>
    /// <param name="idle">Ends the relay when the replica is silent for too long.</param>
    /// <exception cref="IOException">The replica cut the stream.</exception>
    /// <exception cref="HttpRequestException">The replica cut the stream.</exception>
    /// <exception cref="OperationCanceledException">The client left, or the replica was silent for too long.</exception>
    public async Task<RelayResult> RunAsync(Stream input, PipeWriter output, IdleTimeout idle)
    {
        while (true)
        {
            idle.Restart();
            var read = await input.ReadAsync(buffer.AsMemory(end), idle.Token);
            idle.Pause();
            if (read == 0)
            {
                break;
            }

            end += read;
            if (!stripsUsage)
            {
                // What may pass as it is passes before it is looked at.
                await SendAsync(output, end, idle.Client);
            }

            await ObserveAsync(output, idle.Client);
            await SendAsync(output, stripsUsage ? observed : end, idle.Client);
            MakeRoom();
        }

        await SendAsync(output, end, idle.Client);
        return isError ? new RelayResult(IsComplete: false, usage, "it reported an error in the stream")
            : isDone || isFinished ? new RelayResult(IsComplete: true, usage)
            : new RelayResult(IsComplete: false, usage, "the stream ended before the answer did");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    private async ValueTask ObserveAsync(PipeWriter output, CancellationToken cancellation)
    {
        var tokens = 0;
        while (TryFindEventEnd(out var next))
        {
            var found = StreamEvent.Read(buffer.AsSpan(observed, next - observed));
            tokens += found.HasOutput ? 1 : 0;
            isFinished |= found.IsFinish;
            isDone |= found.IsDone;
            isError |= found.IsError;
            usage = found.Usage ?? usage;
            if (stripsUsage && found is { HasNoChoices: true, Usage: not null })
            {
                await SendAsync(output, observed, cancellation);
                sent = next;
            }

            observed = next;
        }

        if (tokens > 0)
        {
            if (!hasOutput)
            {
                hasOutput = true;
                pool.FirstToken(dispatch);
                firstToken();
            }

            pool.AddOutput(dispatch, tokens);
        }

        if (observed == 0 && end >= LargestEvent)
        {
            // No event is so large: pass it on unwatched.
            observed = searched = end;
        }
    }

    private async ValueTask SendAsync(PipeWriter output, int upTo, CancellationToken cancellation)
    {
        if (upTo > sent)
        {
            var bytes = buffer.AsMemory(sent, upTo - sent);
            sent = upTo;
            var flush = await output.WriteAsync(bytes, cancellation);
            if (flush.IsCompleted)
            {
                throw new OperationCanceledException("The client has left.");
            }
        }
    }

    /// <summary>The end of the next event: after its blank line.</summary>
    private bool TryFindEventEnd(out int next)
    {
        while (true)
        {
            var at = buffer.AsSpan(searched, end - searched).IndexOf((byte)'\n');
            if (at < 0)
            {
                searched = end;
                next = 0;
                return false;
            }

            var after = searched + at + 1;
            var blank = after < end && buffer[after] == '\r' ? after + 1 : after;
            if (blank >= end)
            {
                // The line end is the last byte so far: look at it again with the next read.
                searched += at;
                next = 0;
                return false;
            }

            searched = after;
            if (buffer[blank] == '\n')
            {
                next = searched = blank + 1;
                return true;
            }
        }
    }

    private void MakeRoom()
    {
        if (observed == end && sent == end)
        {
            sent = observed = searched = end = 0;
            return;
        }

        if (end < buffer.Length)
        {
            return;
        }

        if (observed > 0)
        {
            buffer.AsSpan(observed, end - observed).CopyTo(buffer);
            Shift(observed);
        }
        else
        {
            var larger = ArrayPool<byte>.Shared.Rent(end * 2);
            buffer.AsSpan(0, end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }
    }

    private void Shift(int by)
    {
        sent -= by;
        searched -= by;
        end -= by;
        observed = 0;
    }
}
