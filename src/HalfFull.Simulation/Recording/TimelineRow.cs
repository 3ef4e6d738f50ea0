using HalfFull.Metrics;

namespace HalfFull.Simulation.Recording;

/// <summary>The life of one request on a timeline.</summary>
/// <param name="request">The request.</param>
public sealed class TimelineRow(Request request)
{
    /// <summary>Spans that a row keeps apart; of a longer life, later decoding and pauses are joined.</summary>
    public const int MostSpans = 60;

    private readonly List<PhaseSpan> spans = [];

    /// <summary>The request.</summary>
    public Request Request { get; } = request;

    /// <summary>Its spans in order of time.</summary>
    public IReadOnlyList<PhaseSpan> Spans => spans;

    /// <summary>Whether decoding and pauses were joined.</summary>
    public bool IsJoined { get; private set; }

    /// <summary>How it ended; null when it has not.</summary>
    public RequestRecord? Record { get; internal set; }

    internal void Add(in PhaseSpan span)
    {
        if (spans.Count >= MostSpans && spans[^1].Phase is RequestPhase.Decode or RequestPhase.Paused && span.Phase is RequestPhase.Decode or RequestPhase.Paused)
        {
            spans[^1] = spans[^1] with { Phase = RequestPhase.Decode, End = span.End, Tokens = spans[^1].Tokens + span.Tokens };
            IsJoined = true;
            return;
        }

        spans.Add(span);
    }
}
