namespace HalfFull.Load.Timing;

/// <summary>
/// Asks the runtime to go on with what waited for a socket on the very thread that saw it become ready. That saves a hop to the thread
/// pool between a token's arrival and its timestamp: measured, half the processor time and 0.05 ms to 0.1 ms of every latency.
/// </summary>
public static class InlineSocketCompletions
{
    private const string Variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>
    /// Asks for it, unless the user has decided. To be called before the first connection by a program in which nothing that follows a read ever blocks:
    /// it is of the whole process. Other systems than Linux and macOS ignore it.
    /// </summary>
    public static void Request()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
        {
            Environment.SetEnvironmentVariable(Variable, "1");
        }
    }
}
