namespace HalfFull.Gateway.Replicas;

/// <summary>A request between its arrival at the pool and its release to a replica. Written under the lock of <see cref="ReplicaPool"/>; completed outside it.</summary>
internal sealed class Waiter(Request request, string? model, bool isExact, int attempt, int[] tried, bool isStreamed)
{
    private TaskCompletionSource<Dispatch>? source;

    /// <summary>The request.</summary>
    public Request Request { get; } = request;

    /// <summary>Model asked for; null for any.</summary>
    public string? Model { get; } = model;

    /// <summary>Whether its number of prompt tokens is exact.</summary>
    public bool IsExact { get; } = isExact;

    /// <summary>0 for the first try.</summary>
    public int Attempt { get; } = attempt;

    /// <summary>Replicas tried before.</summary>
    public int[] Tried { get; } = tried;

    /// <summary>Whether its answer will show a first token.</summary>
    public bool IsStreamed { get; } = isStreamed;

    /// <summary>Its lane.</summary>
    public ServingLane Lane { get; set; } = null!;

    /// <summary>Since when no replica that it could use is there; null while one is.</summary>
    public TimeSpan? UnservableSince { get; set; }

    /// <summary>Where it goes, once that is decided.</summary>
    public Dispatch? Dispatch { get; set; }

    /// <summary>Why it goes nowhere, once that is decided.</summary>
    public NoReplicaException? Error { get; set; }

    /// <summary>The next of those decided in the same call.</summary>
    public Waiter? Next { get; set; }

    /// <summary>Whether it has been decided on.</summary>
    public bool IsDecided => Dispatch is not null || Error is not null;

    /// <summary>Ends when it is decided on. Whoever waits goes on in a task of its own, never within the call that decides.</summary>
    public Task<Dispatch> Wait() => (source = new TaskCompletionSource<Dispatch>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Wakes one whose client has left. Call it without the lock.</summary>
    public void Cancel(CancellationToken cancellation) => source!.SetCanceled(cancellation);

    /// <summary>Wakes a chain of those decided on. Call it without the lock.</summary>
    public static void Wake(Waiter? first)
    {
        for (var waiter = first; waiter is not null; waiter = waiter.Next)
        {
            if (waiter.Error is { } error)
            {
                waiter.source?.SetException(error);
            }
            else
            {
                waiter.source?.SetResult(waiter.Dispatch!);
            }
        }
    }
}
