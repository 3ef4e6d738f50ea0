using HalfFull.Load.OpenAi;
using HalfFull.Load.Records;

namespace HalfFull.Load.Runs;

/// <summary>How a call ended; the first end counts, whatever happens to the connection afterwards.</summary>
internal sealed class CallState
{
    /// <summary>Whether the head of the response has arrived.</summary>
    public bool Headed { get; set; }

    /// <summary>Whether what follows the answer is read, and the response disposed of, by somebody else.</summary>
    public bool IsHandedOver { get; set; }

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>When.</summary>
    public TimeSpan End { get; private set; }

    /// <summary>How.</summary>
    public LoadOutcome Outcome { get; private set; }

    /// <summary>What went wrong, if anything.</summary>
    public ErrorClass Error { get; private set; }

    /// <summary>What the error said.</summary>
    public string? Message { get; private set; }

    /// <summary>Ends it with an error.</summary>
    public void TryFail(TimeSpan now, ErrorClass error, string message)
    {
        if (!HasEnded)
        {
            Message = message;
            TryEnd(now, error == ErrorClass.Http429 ? LoadOutcome.Rejected : LoadOutcome.Failed, error);
        }
    }

    /// <summary>Ends it; only a failure has an error.</summary>
    public void TryEnd(TimeSpan now, LoadOutcome outcome, ErrorClass error)
    {
        if (!HasEnded)
        {
            (HasEnded, End, Outcome) = (true, now, outcome);
            Error = outcome is LoadOutcome.Failed or LoadOutcome.Rejected ? error : ErrorClass.None;
        }
    }
}
