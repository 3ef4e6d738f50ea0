namespace HalfFull.Simulation.Gateways;

/// <summary>
/// Of the requests that a gateway has sent and not seen the end of, those that no report shows yet, by replica; of their uncached prompt tokens, those of the ones
/// without a first token (the page on LARRY and SAL, section 2).
/// </summary>
/// <param name="replicas">How many replicas there are.</param>
internal sealed class UnreportedRequests(int replicas)
{
    private readonly int[] requests = new int[replicas];
    private readonly long[] promptTokens = new long[replicas];
    private readonly long[] prefillTokens = new long[replicas];
    private readonly Dictionary<long, Sent> open = [];
    private readonly Queue<(long Id, TimeSpan Delivered)>[] inOrder = [.. Enumerable.Range(0, replicas).Select(static _ => new Queue<(long, TimeSpan)>())];

    /// <summary>How many there are.</summary>
    internal int Requests(int replica) => requests[replica];

    /// <summary>Their prompt tokens.</summary>
    internal long PromptTokens(int replica) => promptTokens[replica];

    /// <summary>Uncached prompt tokens of those without a first token, as expected when they were sent.</summary>
    internal long PrefillTokens(int replica) => prefillTokens[replica];

    /// <summary>Whether there are none.</summary>
    internal bool IsEmpty => open.Count == 0;

    /// <summary>A request was sent.</summary>
    /// <param name="id">The request's id.</param>
    /// <param name="replica">Where to.</param>
    /// <param name="prompt">Its prompt tokens.</param>
    /// <param name="prefill">Those of them that are not cached, as expected.</param>
    /// <param name="delivered">When it gets there.</param>
    internal void Add(long id, int replica, int prompt, int prefill, TimeSpan delivered)
    {
        open.Add(id, new Sent(replica, prompt, prefill));
        inOrder[replica].Enqueue((id, delivered));
        requests[replica]++;
        promptTokens[replica] += prompt;
        prefillTokens[replica] += prefill;
    }

    /// <summary>A request's first token came back: it is prefilled. Harmless when a report showed it before.</summary>
    internal void Prefilled(long id)
    {
        if (open.TryGetValue(id, out var sent))
        {
            prefillTokens[sent.Replica] -= sent.Prefill;
            open[id] = sent with { Prefill = 0 };
        }
    }

    /// <summary>A request ended. Harmless when a report showed it before.</summary>
    internal void Settle(long id)
    {
        if (open.Remove(id, out var sent))
        {
            requests[sent.Replica]--;
            promptTokens[sent.Replica] -= sent.Prompt;
            prefillTokens[sent.Replica] -= sent.Prefill;
        }
    }

    /// <summary>A report shows what was delivered before it was taken.</summary>
    internal void Reported(int replica, TimeSpan takenAt)
    {
        var sent = inOrder[replica];
        while (sent.TryPeek(out var first) && first.Delivered < takenAt)
        {
            Settle(sent.Dequeue().Id);
        }
    }

    /// <summary>A replica has gone with all that it had.</summary>
    internal void Forget(int replica)
    {
        while (inOrder[replica].TryDequeue(out var sent))
        {
            Settle(sent.Id);
        }
    }

    private readonly record struct Sent(int Replica, int Prompt, int Prefill);
}
