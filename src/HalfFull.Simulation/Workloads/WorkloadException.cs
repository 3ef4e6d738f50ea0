namespace HalfFull.Simulation.Workloads;

/// <summary>What was asked of a workload cannot be had; the message is one sentence that names the value and what is accepted.</summary>
public sealed class WorkloadException : Exception
{
    /// <summary>An error without a message.</summary>
    public WorkloadException()
    {
    }

    /// <summary>An error with its sentence.</summary>
    public WorkloadException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its sentence and its cause.</summary>
    public WorkloadException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
