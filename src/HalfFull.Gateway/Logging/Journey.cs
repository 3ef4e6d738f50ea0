using HalfFull.Gateway.Replicas;
using HalfFull.Traces.Decisions;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Logging;

/// <summary>What happens to one request on its way, until it is told to the journal. Used by one request at a time.</summary>
internal sealed class Journey(Journal journal, Request request)
{
    private Dispatch? dispatch;
    private DispatchOutcome outcome;
    private int attempts;
    private int? promptTokens;
    private int outputTokens;

    /// <summary>An attempt ended.</summary>
    /// <param name="dispatch">The attempt.</param>
    /// <param name="outcome">How.</param>
    /// <param name="promptTokens">Its prompt tokens as the replica told; null when it did not.</param>
    /// <param name="outputTokens">Its output tokens, as told or counted.</param>
    public void Attempted(Dispatch dispatch, DispatchOutcome outcome, int? promptTokens, int? outputTokens)
    {
        this.dispatch = dispatch;
        this.outcome = outcome;
        this.promptTokens = promptTokens;
        this.outputTokens = outputTokens ?? dispatch.Lease.OutputTokens;
        attempts++;
    }

    /// <summary>The request ended for its client.</summary>
    /// <param name="now">When.</param>
    /// <param name="error">The error that its client gets; null when it got an answer, whole or not.</param>
    /// <param name="status">HTTP status of the answer.</param>
    /// <param name="hasLeft">Whether the client left.</param>
    public void End(TimeSpan now, Exception? error, int status, bool hasLeft)
    {
        // A client may hang up as soon as it has everything.
        hasLeft &= error is not null || outcome != DispatchOutcome.Completed;
        var refusal = error as Http.RequestRefusedException;
        journal.Finished(request, new FinishedRequest
        {
            Id = request.Id,
            End = now,
            Ending = hasLeft ? RequestEnding.Cancelled
                : dispatch is null ? RequestEnding.Refused
                : error is not null ? RequestEnding.Failed
                : outcome switch
                {
                    DispatchOutcome.Completed => RequestEnding.Completed,
                    DispatchOutcome.Refused => RequestEnding.Refused,
                    DispatchOutcome.Cancelled => RequestEnding.Cancelled,
                    _ => RequestEnding.Failed,
                },
            Status = hasLeft ? StatusCodes.Status499ClientClosedRequest : refusal?.Status ?? (error is null ? status : StatusCodes.Status500InternalServerError),
            Replica = dispatch?.Replica.Id ?? -1,
            Attempts = attempts,
            Sent = dispatch?.Lease.SentAt,
            FirstToken = dispatch?.Lease.FirstTokenAt,
            PromptTokens = promptTokens,
            OutputTokens = outputTokens,
        });
    }
}
