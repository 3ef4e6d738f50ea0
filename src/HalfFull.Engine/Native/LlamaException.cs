namespace HalfFull.Engine.Native;

/// <summary>The native library, a model or a context cannot be used; the message is one sentence that says why.</summary>
public sealed class LlamaException : IOException
{
    /// <summary>Makes the error.</summary>
    public LlamaException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the error with its cause.</summary>
    public LlamaException(string message, Exception? cause)
        : base(message, cause)
    {
    }

    /// <summary>Makes an error without a message of its own.</summary>
    public LlamaException()
    {
    }
}
