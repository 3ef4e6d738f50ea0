using HalfFull.Load.OpenAi;
using HalfFull.Load.Plans;
using HalfFull.Load.Prompts;
using HalfFull.Load.Records;

namespace HalfFull.Load.Runs;

/// <summary>Everything that one request needs while it is in flight; used again for later ones.</summary>
internal sealed class Call : IDisposable
{
    /// <summary>The request.</summary>
    public PlannedRequest Request { get; set; }

    /// <summary>Tokens of its prompt, those of earlier turns included.</summary>
    public int PromptTokens { get; set; }

    /// <summary>The conversation that it continues; null when sessions have one turn.</summary>
    public Conversation? Conversation { get; set; }

    /// <summary>The user's text, kept for the conversation.</summary>
    public PooledBytes Question { get; } = new();

    /// <summary>The server's text, kept for the conversation.</summary>
    public PooledBytes Answer { get; } = new();

    /// <summary>The JSON that is sent.</summary>
    public PooledBytes Body { get; } = new();

    /// <summary>What splits the response.</summary>
    public SseReader Events { get; } = new();

    /// <summary>What measures it.</summary>
    public RequestMeter Meter { get; } = new();

    /// <summary>What ends it early.</summary>
    public CancellationTokenSource Abort { get; private set; } = new();

    /// <summary>Makes ready for the next request.</summary>
    public void Reset()
    {
        if (!Abort.TryReset())
        {
            Abort.Dispose();
            Abort = new CancellationTokenSource();
        }

        Conversation = null;
        Question.Clear();
        Answer.Clear();
        Body.Clear();
        Events.Reset();
        Meter.Trim();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Question.Dispose();
        Answer.Dispose();
        Body.Dispose();
        Events.Dispose();
        Abort.Dispose();
    }
}
