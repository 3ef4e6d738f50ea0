using System.Runtime.InteropServices;

namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>What a fair scheduler counts of each tenant: who waits, who decodes in the present plan, and what it has been served. Tenants are numbered as they appear.</summary>
internal sealed class TenantTable
{
    private const string Unknown = "";
    private readonly Dictionary<string, int> indexOf = new(StringComparer.Ordinal);
    private readonly List<Account> accounts = [];
    private bool[] waits = new bool[64];

    /// <summary>Tenants known.</summary>
    internal int Count => accounts.Count;

    /// <summary>Names of the tenants by their numbers; empty for that of requests without one.</summary>
    internal IEnumerable<string> Names => indexOf.OrderBy(static known => known.Value).Select(static known => known.Key);

    /// <summary>The account of a tenant.</summary>
    internal ref Account this[int tenant] => ref CollectionsMarshal.AsSpan(accounts)[tenant];

    /// <summary>The number of a request's tenant, made when it is new. Requests without one share one.</summary>
    internal int IndexOf(Request request)
    {
        var name = request.Tenant ?? Unknown;
        if (!indexOf.TryGetValue(name, out var index))
        {
            index = accounts.Count;
            accounts.Add(default);
            indexOf.Add(name, index);
        }

        return index;
    }

    /// <summary>A sequence joined the queue.</summary>
    /// <returns>Its tenant.</returns>
    internal int Queued(Sequence sequence)
    {
        if (sequence.Slot >= waits.Length)
        {
            Array.Resize(ref waits, Math.Max(sequence.Slot + 1, waits.Length * 2));
        }

        var tenant = IndexOf(sequence.Request);
        waits[sequence.Slot] = true;
        this[tenant].Waiting++;
        return tenant;
    }

    /// <summary>A sequence left the queue, if it was there.</summary>
    /// <returns>Its tenant.</returns>
    internal int Unqueued(Sequence sequence)
    {
        var tenant = IndexOf(sequence.Request);
        if (sequence.Slot < waits.Length && waits[sequence.Slot])
        {
            waits[sequence.Slot] = false;
            this[tenant].Waiting--;
        }

        return tenant;
    }

    /// <summary>A sequence was admitted: its tenant is charged for the prompt, the first time.</summary>
    internal void Admitted(Sequence sequence)
    {
        var tenant = Unqueued(sequence);
        this[tenant].PromptTokens += sequence.Preemptions == 0 ? sequence.PromptTokens : 0;
    }

    /// <summary>Counts who decodes in a finished plan.</summary>
    internal void CountDecodes(StepPlan plan)
    {
        foreach (ref var account in CollectionsMarshal.AsSpan(accounts))
        {
            account.Decodes = 0;
        }

        foreach (var sequence in plan.Scheduled)
        {
            if (sequence.IsDecoding)
            {
                this[IndexOf(sequence.Request)].Decodes++;
            }
        }
    }

    /// <summary>So many steps of the present plan have ended.</summary>
    internal void Decoded(int steps)
    {
        foreach (ref var account in CollectionsMarshal.AsSpan(accounts))
        {
            account.OutputTokens += (long)account.Decodes * steps;
        }
    }

    /// <summary>One tenant's numbers. Service is counted in whole tokens, so that repeated steps add up exactly.</summary>
    [StructLayout(LayoutKind.Auto)]
    internal struct Account
    {
        /// <summary>Requests waiting.</summary>
        internal int Waiting;

        /// <summary>Sequences that decode in the present plan.</summary>
        internal int Decodes;

        /// <summary>Prompt tokens admitted.</summary>
        internal long PromptTokens;

        /// <summary>Tokens generated in decode steps.</summary>
        internal long OutputTokens;

        /// <summary>What the policy adds to the counter on its own account.</summary>
        internal double Credit;

        /// <summary>The credit and what the tenant has been served, weighted.</summary>
        internal readonly double Charged(double inputWeight, double outputWeight) => Credit + (inputWeight * PromptTokens) + (outputWeight * OutputTokens);
    }
}
