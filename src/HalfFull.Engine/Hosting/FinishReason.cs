namespace HalfFull.Engine.Hosting;

/// <summary>Why a generation ended.</summary>
public enum FinishReason
{
    /// <summary>It had as many tokens as it might.</summary>
    Length,

    /// <summary>The model ended it, or a stop text appeared.</summary>
    Stop,
}
