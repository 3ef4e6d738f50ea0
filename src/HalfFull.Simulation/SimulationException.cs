namespace HalfFull.Simulation;

/// <summary>A simulation that cannot be run as asked; the message is one sentence for the user.</summary>
public sealed class SimulationException : Exception
{
    /// <summary>With the sentence.</summary>
    public SimulationException(string message)
        : base(message)
    {
    }

    /// <summary>With the sentence and the cause.</summary>
    public SimulationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Without a sentence; not used.</summary>
    public SimulationException()
    {
    }
}
