using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Queueing;
using HalfFull.Scheduling;
using HalfFull.Traces;
using HalfFull.Traces.Decisions;

namespace HalfFull.Gateway.Logging;

/// <summary>Explains a request from a decision log: the scheduler is brought into the state in which it decided, and watched while it decides again.</summary>
public sealed class LogExplainer : IDecisionVisitor
{
    private readonly long id;
    private readonly ExplainRing ring = new(capacity: 1);
    private readonly FrontReplay replay;
    private readonly Dictionary<int, string> names = [];
    private bool isKnown;
    private ulong? run;
    private Explanation? found;

    private LogExplainer(long id)
    {
        this.id = id;
        replay = new FrontReplay(new RingWatcher(ring, id));
    }

    /// <summary>Explains a request.</summary>
    /// <param name="folder">The log.</param>
    /// <param name="id">The request; when several runs had one of that number, that of the last.</param>
    /// <param name="cancellation">Gives up between two files.</param>
    /// <returns>The explanation and the names of its replicas.</returns>
    /// <exception cref="TraceException">It is not in the log, or the log is damaged.</exception>
    public static (Explanation Explanation, IReadOnlyDictionary<int, string> Names) Explain(DecisionLogFolder folder, long id, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var explainer = new LogExplainer(id);
        foreach (var file in folder.Files)
        {
            cancellation.ThrowIfCancellationRequested();
            if (DecisionLogFolder.Read(file, explainer) is { Problem: { } problem } end)
            {
                throw new TraceException(FormattableString.Invariant($"{file.Path}, offset {end.Offset}: {problem}; halffull verify {folder.Path} tells what can be read."));
            }
        }

        explainer.Keep();
        return explainer.found is { } explanation
            ? (explanation, explainer.names)
            : throw new TraceException(FormattableString.Invariant($"{folder.Path} holds no request {id}."));
    }

    /// <inheritdoc/>
    void IDecisionVisitor.FileBegan(LogRun run, int file, in LogPosition at)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (this.run != run.Id)
        {
            Keep();
            replay.Lose();
        }

        this.run = run.Id;
    }

    /// <inheritdoc/>
    void IDecisionVisitor.Gap(long records, in LogPosition at) => replay.Lose();

    /// <inheritdoc/>
    void IDecisionVisitor.Front(FrontSettings settings, PolicyStart start, ReadOnlySpan<byte> state, in LogPosition at) => replay.Go(settings, start, state);

    /// <inheritdoc/>
    void IDecisionVisitor.Replica(int replica, string name) => names[replica] = name;

    /// <inheritdoc/>
    void IDecisionVisitor.Requested(Request request, bool hasOwnLimit)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Id == id && !isKnown)
        {
            ring.Arrived(request);
            isKnown = true;
        }
    }

    /// <inheritdoc/>
    void IDecisionVisitor.Joined(TimeSpan now, Request request, int lane, int attempt, bool isExact, ReadOnlySpan<int> excluded, in LogPosition at) =>
        replay.Front?.Join(now, request, lane, attempt, isExact, excluded);

    /// <inheritdoc/>
    void IDecisionVisitor.Left(long request, in LogPosition at) => replay.Front?.Leave(request);

    /// <inheritdoc/>
    void IDecisionVisitor.Moved(long request, int lane, in LogPosition at) => replay.Front?.Move(request, lane);

    /// <inheritdoc/>
    void IDecisionVisitor.Decided(TimeSpan now, int lane, ReadOnlySpan<FrontReplica> replicas, in LoggedDecision decision, in LogPosition at)
    {
        if (replay.Front is not null)
        {
            replay.Next(now, lane, replicas);
        }
    }

    /// <inheritdoc/>
    void IDecisionVisitor.Overloaded(TimeSpan now, int lane, ReadOnlySpan<FrontReplica> replicas, TimeSpan? retryAfter, in LogPosition at) =>
        replay.Front?.Overload(lane, replicas);

    /// <inheritdoc/>
    void IDecisionVisitor.GaveWay(long newcomer, long refused, in LogPosition at)
    {
        if (replay.Front?.IsWaiting(newcomer) == true)
        {
            replay.Front.GiveWay(newcomer);
        }
    }

    /// <inheritdoc/>
    void IDecisionVisitor.Switched(PolicySpec router, PolicySpec queue, in LogPosition at) => replay.Front?.Switch(router, queue);

    /// <inheritdoc/>
    void IDecisionVisitor.PrefixHits(ReadOnlySpan<int?> tokens) => replay.Hits.Load(tokens);

    /// <inheritdoc/>
    void IDecisionVisitor.Reweighed(TenantWeights weights, in LogPosition at) => replay.Front?.Reweigh(weights);

    /// <inheritdoc/>
    void IDecisionVisitor.FirstToken(Request request, int replica, TimeSpan now, in LogPosition at) => replay.Front?.FirstToken(now, request, replica);

    /// <inheritdoc/>
    void IDecisionVisitor.Ended(in RequestRecord record, in LogPosition at) => replay.Front?.Ended(record);

    /// <inheritdoc/>
    void IDecisionVisitor.Finished(Request request, in FinishedRequest finished)
    {
        if (finished.Id == id)
        {
            ring.Finished(finished);
        }
    }

    /// <summary>A run is over: what it had of the request stays unless a later one has more.</summary>
    private void Keep()
    {
        found = isKnown ? ring.Explain(id) : found;
        isKnown = false;
    }
}
