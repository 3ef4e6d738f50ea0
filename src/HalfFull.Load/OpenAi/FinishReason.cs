namespace HalfFull.Load.OpenAi;

/// <summary>Why the server says that it stopped generating.</summary>
public enum FinishReason
{
    /// <summary>It did not say.</summary>
    None,

    /// <summary>The model ended its answer, or a stop sequence did.</summary>
    Stop,

    /// <summary>The limit on output tokens was reached.</summary>
    Length,

    /// <summary>The model called a tool.</summary>
    ToolCalls,

    /// <summary>A filter withheld the rest.</summary>
    ContentFilter,

    /// <summary>Any other reason.</summary>
    Other,
}
