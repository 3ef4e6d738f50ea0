using System.Runtime.InteropServices;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Queueing;
using HalfFull.Scheduling;

namespace HalfFull.Traces.Decisions;

/// <summary>
/// Turns requests and policy calls into blocks of a decision log. Writes no file: full blocks are handed on. Every file, and whatever follows a gap,
/// can be read by itself: it begins with the policy and its state, and names a request in full before it mentions it. Not thread-safe.
/// </summary>
public sealed class DecisionEncoder
{
    private const int BlockBytes = 1 << 16;
    private readonly LogRun run;
    private readonly long fileBytes;
    private readonly Func<LogBlock?> rent;
    private readonly Action<LogBlock> handOn;
    private readonly ViewCodec views = new();
    private readonly Dictionary<long, OpenRequest> open = [];
    private readonly SortedDictionary<int, string> replicas = [];
    private LoggedPolicy? front;
    private LogBlock? block;
    private TimeSpan time;
    private long written;
    private bool needsFile = true;
    private int files;
    private int generation;

    /// <param name="run">The run.</param>
    /// <param name="fileBytes">Bytes after which a new file begins.</param>
    /// <param name="rent">Gives an empty block; null when there is no room, so that records are lost, counted and told in the log.</param>
    /// <param name="handOn">Takes a full block.</param>
    public DecisionEncoder(LogRun run, long fileBytes, Func<LogBlock?> rent, Action<LogBlock> handOn)
    {
        this.run = run;
        this.fileBytes = fileBytes;
        this.rent = rent;
        this.handOn = handOn;
    }

    /// <summary>Records lost that the log does not tell of yet.</summary>
    public long Lost { get; private set; }

    /// <summary>Records lost since the beginning.</summary>
    public long TotalLost { get; private set; }

    /// <summary>Who decides from here on.</summary>
    public void Front(FrontScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        front = new LoggedPolicy(scheduler);
        if (Prepare() && !front.IsNamed)
        {
            WriteFront();
        }
    }

    /// <summary>A replica has a name.</summary>
    public void Replica(int replica, string name)
    {
        replicas[replica] = name;
        if (Prepare())
        {
            WriteReplica(replica, name);
        }
    }

    /// <summary>A request came in.</summary>
    /// <param name="request">The request as policies will see it.</param>
    /// <param name="hasOwnLimit">Whether its output limit is its client's.</param>
    public void Arrived(Request request, bool hasOwnLimit)
    {
        ArgumentNullException.ThrowIfNull(request);
        open[request.Id] = new OpenRequest(hasOwnLimit, Generation: -1);
        if (Prepare())
        {
            Declare(request);
        }
    }

    /// <summary>
    /// Makes room for a record of a policy call, and saves the policy's state if a file begins here: call it before the policy is called. Without room
    /// the call is lost for the log.
    /// </summary>
    public bool Prepare()
    {
        if (block is not null)
        {
            return true;
        }

        if (rent() is not { } next)
        {
            Lost++;
            TotalLost++;
            return false;
        }

        block = next;
        if (needsFile || written >= fileBytes)
        {
            StartFile();
        }
        else if (Lost > 0)
        {
            Resume();
        }

        return true;
    }

    /// <summary>A request joined the queue. After <see cref="Prepare"/> said yes, like every call of the scheduler.</summary>
    public void Joined(TimeSpan now, Request request, int lane, int attempt, bool isExact, ReadOnlySpan<int> excluded)
    {
        Declare(request);
        var to = Begin(RecordKind.Join);
        to.Whole(request.Id);
        Time(to, now);
        to.Whole(lane);
        to.Whole(attempt);
        to.Flag(isExact);
        to.Number((ulong)excluded.Length);
        foreach (var replica in excluded)
        {
            to.Whole(replica);
        }

        Called();
    }

    /// <summary>A request left the queue unserved.</summary>
    public void Left(long request)
    {
        Begin(RecordKind.Leave).Whole(request);
        Called();
    }

    /// <summary>A request moved to another lane.</summary>
    public void Moved(long request, int lane)
    {
        var to = Begin(RecordKind.Move);
        to.Whole(request);
        to.Whole(lane);
        Called();
    }

    /// <summary>The scheduler decided on the next request of a lane.</summary>
    /// <param name="now">The time.</param>
    /// <param name="lane">The lane.</param>
    /// <param name="replicas">What it was shown.</param>
    /// <param name="decision">What it decided.</param>
    /// <param name="hits">What it was told of cached prefixes.</param>
    public void Decided(TimeSpan now, int lane, ReadOnlySpan<FrontReplica> replicas, in LoggedDecision decision, ReadOnlySpan<int?> hits = default)
    {
        if (!hits.IsEmpty)
        {
            // In the same block as its decision, so that neither is lost without the other.
            var told = Begin(RecordKind.PrefixHits);
            told.Number((ulong)hits.Length);
            foreach (var tokens in hits)
            {
                told.Whole(tokens);
            }

            Count();
        }

        var to = Begin(RecordKind.Next);
        Time(to, now);
        to.Whole(lane);
        FrontCodec.Write(to, replicas, views, now);
        to.Byte((byte)decision.Kind);
        to.Whole(decision.Request);
        to.Whole(decision.Index);
        to.Byte((byte)decision.Held);
        Called();
    }

    /// <summary>The scheduler decided whether a newcomer is refused.</summary>
    public void Overloaded(TimeSpan now, int lane, ReadOnlySpan<FrontReplica> replicas, TimeSpan? retryAfter)
    {
        var to = Begin(RecordKind.Overload);
        Time(to, now);
        to.Whole(lane);
        FrontCodec.Write(to, replicas, views, now);
        to.Whole(retryAfter?.Ticks);
        Called();
    }

    /// <summary>The scheduler decided who is refused because the queue is too long.</summary>
    public void GaveWay(long newcomer, long refused)
    {
        var to = Begin(RecordKind.GiveWay);
        to.Whole(newcomer);
        to.Whole(refused);
        Called();
    }

    /// <summary>Both policies changed.</summary>
    public void Switched(PolicySpec router, PolicySpec queue)
    {
        ArgumentNullException.ThrowIfNull(router);
        ArgumentNullException.ThrowIfNull(queue);
        var to = Begin(RecordKind.Switch);
        to.Text(router.ToString());
        to.Text(queue.ToString());
        Called();
    }

    /// <summary>Tenants have other shares.</summary>
    public void Reweighed(TenantWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        FrontCodec.Write(Begin(RecordKind.Weights), weights);
        Called();
    }

    /// <summary>The scheduler was told of a first token.</summary>
    public void FirstToken(Request request, int replica, TimeSpan now)
    {
        Declare(request);
        var to = Begin(RecordKind.FirstToken);
        to.Whole(request.Id);
        to.Whole(replica);
        Time(to, now);
        Called();
    }

    /// <summary>The scheduler was told of the end of an attempt.</summary>
    public void Ended(in RequestRecord record)
    {
        var to = Begin(RecordKind.Ended);
        RequestCodec.Write(to, record);
        Called();
    }

    /// <summary>A request ended for its client.</summary>
    /// <param name="request">The request.</param>
    /// <param name="finished">How.</param>
    public void Finished(Request request, in FinishedRequest finished)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Prepare())
        {
            Declare(request);
            var to = Begin(RecordKind.Finished);
            to.Whole(finished.Id);
            Time(to, finished.End);
            to.Byte((byte)finished.Ending);
            to.Whole(finished.Status);
            to.Whole(finished.Replica);
            to.Whole(finished.Attempts);
            to.Whole(finished.Sent?.Ticks);
            to.Whole(finished.FirstToken?.Ticks);
            to.Whole(finished.PromptTokens);
            to.Whole(finished.OutputTokens);
            Done();
        }

        open.Remove(finished.Id);
    }

    /// <summary>Hands on what is there, so that it reaches the disk.</summary>
    public void Flush()
    {
        if (block is { Records: > 0 } full)
        {
            block = null;
            written += full.Content.Length;
            handOn(full);
        }
    }

    /// <summary>Blocks that were handed on did not reach the disk: the log goes on in a new file, with a gap.</summary>
    /// <param name="records">Records in them.</param>
    /// <returns>The block that was being filled, which is lost with them; null for none.</returns>
    public LogBlock? Abandon(long records)
    {
        var partial = block;
        block = null;
        needsFile = true;
        records += partial?.Records ?? 0;
        Lost += records;
        TotalLost += records;
        return partial;
    }

    /// <summary>Ends the run in order.</summary>
    public void Close()
    {
        if (Prepare())
        {
            Begin(RecordKind.End);
            Done();
            Flush();
        }
    }

    private void StartFile()
    {
        needsFile = false;
        written = 0;
        block!.StartsFile = files;
        var to = Begin(RecordKind.Header);
        to.Fixed(run.Id);
        to.Whole(run.Origin.UtcTicks);
        to.Text(run.Product);
        to.Number((ulong)files++);
        Count();
        Resume();
    }

    /// <summary>Begins again as if nothing was known: after a gap, or in a new file.</summary>
    private void Resume()
    {
        generation++;
        views.Reset();
        time = TimeSpan.Zero;
        if (Lost > 0)
        {
            var to = Begin(RecordKind.Gap);
            to.Number((ulong)Lost);
            Count();
            Lost = 0;
        }

        WriteFront();
        foreach (var (replica, name) in replicas)
        {
            WriteReplica(replica, name);
        }
    }

    private void WriteFront()
    {
        if (front is not null)
        {
            front.Write(Begin(RecordKind.Front));
            front.IsNamed = true;
            Count();
        }
    }

    private void WriteReplica(int replica, string name)
    {
        var to = Begin(RecordKind.Replica);
        to.Whole(replica);
        to.Text(name);
        Count();
    }

    private void Declare(Request request)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(open, request.Id, out var exists);
        if (exists && known.Generation == generation)
        {
            return;
        }

        known = known with { Generation = generation };
        var to = Begin(RecordKind.Request);
        to.Flag(known.HasOwnLimit);
        RequestCodec.Write(to, request);
        Count();
    }

    private StateWriter Begin(RecordKind kind)
    {
        var to = block!.Content;
        to.Byte((byte)kind);
        return to;
    }

    private void Called()
    {
        front!.WasCalled = true;
        Done();
    }

    /// <summary>A record is whole, and the next may be the first of a new block.</summary>
    private void Done()
    {
        Count();
        if (block!.Content.Length >= BlockBytes)
        {
            Flush();
        }
    }

    private void Count() => block!.Records++;

    private void Time(StateWriter to, TimeSpan now)
    {
        to.Whole((now - time).Ticks);
        time = now;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct OpenRequest(bool HasOwnLimit, int Generation);
}
