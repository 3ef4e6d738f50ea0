namespace HalfFull.Engine.StepTime;

/// <summary>No step model answers to the names given; the message is one sentence that says what exists or would fit.</summary>
public sealed class StepModelNotFoundException(string message) : ArgumentException(message);
