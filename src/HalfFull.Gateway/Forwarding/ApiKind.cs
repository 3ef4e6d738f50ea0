namespace HalfFull.Gateway.Forwarding;

/// <summary>Kinds of API whose answers are watched in different ways.</summary>
internal enum ApiKind
{
    /// <summary>Chat and plain completions: the stream's events and its end are known.</summary>
    Completion,

    /// <summary>Anything else: passed through.</summary>
    PassThrough,
}
