namespace HalfFull.Load;

/// <summary>A server cannot be measured; the message is one sentence that names the address and what went wrong.</summary>
public sealed class LoadException : IOException
{
    /// <summary>An error without a message.</summary>
    public LoadException()
    {
    }

    /// <summary>An error with its sentence.</summary>
    public LoadException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its sentence and its cause.</summary>
    public LoadException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
