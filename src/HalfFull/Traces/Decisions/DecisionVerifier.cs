using System.Globalization;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Queueing;
using HalfFull.Scheduling;

namespace HalfFull.Traces.Decisions;

/// <summary>Makes every logged decision again and compares: bit for bit the same inputs, seed and state must give the same choice.</summary>
public sealed class DecisionVerifier : IDecisionVisitor
{
    private readonly VerifyReport report = new();
    private readonly FrontReplay replay = new();
    private LogRun? run;
    private int nextFile;
    private bool hasEnded;
    private string? torn;
    private string? missing;

    /// <summary>Verifies a log.</summary>
    /// <param name="folder">The log.</param>
    /// <param name="cancellation">Gives up between two files.</param>
    /// <exception cref="TraceException">A file cannot be read at all.</exception>
    public static VerifyReport Verify(DecisionLogFolder folder, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var verifier = new DecisionVerifier();
        foreach (var file in folder.Files)
        {
            cancellation.ThrowIfCancellationRequested();
            verifier.Read(file);
        }

        verifier.Settle(isSameRun: false);
        return verifier.report;
    }

    /// <inheritdoc/>
    void IDecisionVisitor.FileBegan(LogRun run, int file, in LogPosition at)
    {
        ArgumentNullException.ThrowIfNull(run);
        var isSameRun = this.run?.Id == run.Id;
        Settle(isSameRun);
        if (!isSameRun)
        {
            report.Runs++;
            replay.Lose();
            if (file > 0)
            {
                report.NoteList.Add(Text($"{at.File} is the first of its run that is left; {file} before it are gone"));
            }
        }
        else if (file != nextFile)
        {
            // A gap that the log itself tells of says it better.
            missing = Text($"{at.File}: {file - nextFile} files before it are missing");
            replay.Lose();
        }

        this.run = run;
        nextFile = file + 1;
        hasEnded = false;
    }

    /// <inheritdoc/>
    void IDecisionVisitor.Gap(long records, in LogPosition at)
    {
        missing = null;
        report.ProblemList.Add(Text($"{at}: {records} records are missing here, for the disk or the writer could not keep up"));
        replay.Lose();
    }

    /// <inheritdoc/>
    void IDecisionVisitor.Front(FrontSettings settings, PolicyStart start, ReadOnlySpan<byte> state, in LogPosition at)
    {
        ArgumentNullException.ThrowIfNull(settings);
        TellMissing();
        if (replay.Go(settings, start, state) is { } problem)
        {
            report.ProblemList.Add($"{at}: {problem}");
        }

        Name(settings.Router, settings.Queue);
    }

    /// <inheritdoc/>
    void IDecisionVisitor.Joined(TimeSpan now, Request request, int lane, int attempt, bool isExact, ReadOnlySpan<int> excluded, in LogPosition at)
    {
        report.Callbacks++;
        replay.Front?.Join(now, request, lane, attempt, isExact, excluded);
    }

    /// <inheritdoc/>
    void IDecisionVisitor.Left(long request, in LogPosition at)
    {
        report.Callbacks++;
        replay.Front?.Leave(request);
    }

    /// <inheritdoc/>
    void IDecisionVisitor.Moved(long request, int lane, in LogPosition at)
    {
        report.Callbacks++;
        replay.Front?.Move(request, lane);
    }

    /// <inheritdoc/>
    void IDecisionVisitor.Decided(TimeSpan now, int lane, ReadOnlySpan<FrontReplica> replicas, in LoggedDecision decision, in LogPosition at)
    {
        if (replay.Front is null)
        {
            report.Unverified++;
            return;
        }

        report.Decisions++;
        report.Releases += decision.Kind == FrontDecisionKind.Release ? 1 : 0;
        var again = LoggedDecision.Of(replay.Next(now, lane, replicas));
        if (again != decision)
        {
            report.Differences++;
            report.First ??= DecisionDifference.Of(at, now, lane, replicas, DecisionDifference.Show(decision, replicas), DecisionDifference.Show(again, replicas));
        }
    }

    /// <inheritdoc/>
    void IDecisionVisitor.Overloaded(TimeSpan now, int lane, ReadOnlySpan<FrontReplica> replicas, TimeSpan? retryAfter, in LogPosition at)
    {
        if (replay.Front is not { } front)
        {
            report.Unverified++;
            return;
        }

        report.Decisions++;
        var again = front.Overload(lane, replicas);
        if (again != retryAfter)
        {
            report.Differences++;
            report.First ??= DecisionDifference.Of(at, now, lane, replicas, DecisionDifference.Show(retryAfter), DecisionDifference.Show(again));
        }
    }

    /// <inheritdoc/>
    void IDecisionVisitor.GaveWay(long newcomer, long refused, in LogPosition at)
    {
        if (replay.Front is not { } front)
        {
            report.Unverified++;
            return;
        }

        report.Decisions++;
        var again = front.IsWaiting(newcomer) ? front.GiveWay(newcomer).Id : (long?)null;
        if (again != refused)
        {
            report.Differences++;
            report.First ??= new DecisionDifference(at, Text($"refuse request {refused}"), again is { } other ? Text($"refuse request {other}") : "nobody", [Text($"newcomer {newcomer}")]);
        }
    }

    /// <inheritdoc/>
    void IDecisionVisitor.Switched(PolicySpec router, PolicySpec queue, in LogPosition at)
    {
        report.Callbacks++;
        Name(router, queue);
        try
        {
            replay.Front?.Switch(router, queue);
        }
        catch (PolicyException error)
        {
            report.ProblemList.Add($"{at}: the policies cannot be made again: {error.Message}");
            replay.Lose();
        }
    }

    /// <inheritdoc/>
    void IDecisionVisitor.PrefixHits(ReadOnlySpan<int?> tokens) => replay.Hits.Load(tokens);

    /// <inheritdoc/>
    void IDecisionVisitor.Reweighed(TenantWeights weights, in LogPosition at)
    {
        report.Callbacks++;
        replay.Front?.Reweigh(weights);
    }

    /// <inheritdoc/>
    void IDecisionVisitor.FirstToken(Request request, int replica, TimeSpan now, in LogPosition at)
    {
        report.Callbacks++;
        replay.Front?.FirstToken(now, request, replica);
    }

    /// <inheritdoc/>
    void IDecisionVisitor.Ended(in RequestRecord record, in LogPosition at)
    {
        report.Callbacks++;
        replay.Front?.Ended(record);
    }

    /// <inheritdoc/>
    void IDecisionVisitor.Finished(Request request, in FinishedRequest finished) => report.Requests++;

    /// <inheritdoc/>
    void IDecisionVisitor.RunEnded() => hasEnded = true;

    private void Read(in LogFileEntry file)
    {
        report.Files++;
        var end = DecisionLogFolder.Read(file, this);
        TellMissing();
        if (end.Problem is { } problem)
        {
            report.ProblemList.Add(Text($"{file.Path}, offset {end.Offset}: {problem}; the rest of the file is not read"));
            replay.Lose();
        }
        else if (end.TornBytes > 0 || file.Bytes == 0)
        {
            torn = Text($"{file.Path}, offset {end.Offset}: the last {end.TornBytes} bytes are the beginning of a block that was never finished");
        }
    }

    /// <summary>What was open about the file before is known once the next is: a last block may be torn only where a run was killed.</summary>
    private void Settle(bool isSameRun)
    {
        if (torn is not null && isSameRun)
        {
            report.ProblemList.Add(torn);
            replay.Lose();
        }
        else if (torn is not null)
        {
            report.NoteList.Add(torn);
        }

        torn = null;
        if (!isSameRun && run is not null && !hasEnded)
        {
            report.NoteList.Add($"the run that began at {run.Origin.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC did not end in order: it was killed, or is going on");
        }
    }

    private void Name(PolicySpec router, PolicySpec queue)
    {
        var name = $"{router} with queue {queue}";
        if (!report.PolicyList.Contains(name, StringComparer.Ordinal))
        {
            report.PolicyList.Add(name);
        }
    }

    private void TellMissing()
    {
        if (missing is not null)
        {
            report.ProblemList.Add(missing);
            missing = null;
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
