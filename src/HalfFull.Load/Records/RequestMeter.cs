using System.Buffers;
using HalfFull.Load.OpenAi;
using HalfFull.Load.Plans;

namespace HalfFull.Load.Records;

/// <summary>Turns the events of one request, each with its time, into its record. Knows no clock, so that a test can be exact.</summary>
internal sealed class RequestMeter
{
    private PlannedRequest planned;
    private long id;
    private long measuredId;
    private int promptTokens;
    private int turn;
    private TimeSpan scheduled;
    private TimeSpan sent;
    private TimeSpan? firstByte;
    private TimeSpan? firstToken;
    private TimeSpan lastToken;
    private TimeSpan longestGap;
    private Usage? usage;
    private FinishReason finishReason;
    private int status;
    private bool hasText;
    private long[] gaps = [];

    /// <summary>Events with generated text so far.</summary>
    public int Deltas { get; private set; }

    /// <summary>Whether the server said why it stopped.</summary>
    public bool HasFinishReason => finishReason != FinishReason.None;

    /// <summary>Time between each two consecutive events with generated text, ticks; valid until the next request begins.</summary>
    public ReadOnlySpan<long> Gaps => gaps.AsSpan(0, Math.Max(0, Deltas - 1));

    /// <summary>Starts with a new request.</summary>
    public void Begin(in PlannedRequest request, int prompt, TimeSpan due, long requestId, long measured, int turnOfSession)
    {
        (planned, promptTokens, scheduled, sent, id, measuredId, turn) = (request, prompt, due, due, requestId, measured, turnOfSession);
        (firstByte, firstToken, lastToken, longestGap) = (null, null, default, default);
        (usage, finishReason, status, Deltas, hasText) = (null, FinishReason.None, 0, 0, false);
    }

    /// <summary>The request is given to the transport.</summary>
    public void Sent(TimeSpan now) => sent = now;

    /// <summary>The head of the response has arrived.</summary>
    public void Headed(TimeSpan now, int httpStatus) => (firstByte, status) = (now, httpStatus);

    /// <summary>An event has arrived.</summary>
    public void Received(TimeSpan now, in StreamChunk chunk)
    {
        usage = chunk.Usage ?? usage;
        finishReason = chunk.FinishReason == FinishReason.None ? finishReason : chunk.FinishReason;
        if (!chunk.HasToken)
        {
            return;
        }

        hasText = true;
        if (firstToken is null)
        {
            firstToken = now;
        }
        else
        {
            AddGap(now - lastToken);
        }

        lastToken = now;
        Deltas++;
    }

    /// <summary>The body of a unary response has arrived.</summary>
    public void ReceivedWhole(TimeSpan now, in StreamChunk chunk)
    {
        (usage, finishReason, lastToken, hasText) = (chunk.Usage, chunk.FinishReason, now, chunk.HasToken);
    }

    /// <summary>The request is over.</summary>
    public LoadRecord End(TimeSpan now, LoadOutcome outcome, ErrorClass error) => new()
    {
        Id = id,
        MeasuredId = measuredId,
        Turn = turn,
        Scheduled = scheduled,
        Sent = sent,
        FirstByte = firstByte,
        FirstToken = firstToken,
        LastToken = lastToken == default ? null : lastToken,
        End = now,
        PromptTokens = promptTokens,
        Deltas = Deltas,
        LongestGap = longestGap,
        HasText = hasText,
        Usage = usage,
        FinishReason = finishReason,
        Status = status,
        Outcome = outcome,
        Error = error,
        IsSlowReader = planned.IsSlowReader,
        Tenant = planned.Job.Request.Tenant,
    };

    /// <summary>Gives a long array back, so that one long answer does not hold memory for ever.</summary>
    public void Trim()
    {
        const int Keep = 256;
        if (gaps.Length > Keep)
        {
            ArrayPool<long>.Shared.Return(gaps);
            gaps = [];
        }
    }

    private void AddGap(TimeSpan gap)
    {
        if (Deltas > gaps.Length)
        {
            var larger = ArrayPool<long>.Shared.Rent(Math.Max(16, 2 * gaps.Length));
            gaps.CopyTo(larger, 0);
            if (gaps.Length > 0)
            {
                ArrayPool<long>.Shared.Return(gaps);
            }

            gaps = larger;
        }

        gaps[Deltas - 1] = gap.Ticks;
        longestGap = gap > longestGap ? gap : longestGap;
    }
}
