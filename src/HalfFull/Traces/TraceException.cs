namespace HalfFull.Traces;

/// <summary>A trace cannot be used; the message is one sentence that names the file and, where there is one, the line.</summary>
public sealed class TraceException : IOException
{
    /// <summary>An error without a message.</summary>
    public TraceException()
    {
    }

    /// <summary>An error with its sentence.</summary>
    public TraceException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its sentence and its cause.</summary>
    public TraceException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
