namespace HalfFull.Policies;

/// <summary>A policy spec that cannot be used. The message is one sentence that names the culprit and says what would be accepted.</summary>
public sealed class PolicyException : ArgumentException
{
    /// <summary>Creates an exception without a sentence.</summary>
    public PolicyException()
    {
    }

    /// <summary>Creates an exception with its sentence.</summary>
    public PolicyException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with its sentence and its cause.</summary>
    public PolicyException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
