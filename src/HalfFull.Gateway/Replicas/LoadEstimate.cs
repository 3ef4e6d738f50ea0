using HalfFull.Routing;
using HalfFull.Scheduling;

namespace HalfFull.Gateway.Replicas;

/// <summary>
/// What a router is shown of a replica: the ledger, corrected by the last report. Without a usable report the ledger alone (gateway-only mode).
/// </summary>
internal static class LoadEstimate
{
    // The share of a report's surprise that is not explained by the ledger fades with this half-life towards its slow mean.
    private static readonly TimeSpan DriftHalfLife = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan OldestReport = TimeSpan.FromSeconds(10);
    private const double DriftSmoothing = 0.05;
    private const double NeutralPrefillRate = 10_000; // tokens per second, until it is learned; that of sal

    /// <summary>Whether the replica restarted between two reports: a counter fell, or its start time moved.</summary>
    public static bool IsRestart(EngineReport? before, EngineReport after) =>
        before is not null
        && (after.GenerationTokens < before.GenerationTokens || after.PromptTokens < before.PromptTokens || after.StartTime > before.StartTime + 1);

    /// <summary>Whether a request fits into the replica's memory; true when its capacity is unknown.</summary>
    public static bool Fits(RemoteReplica replica, Request request) =>
        replica.Report?.KvCapacityTokens is not { } capacity || request.PromptTokens <= capacity;

    /// <summary>Takes in a report.</summary>
    public static void Take(RemoteReplica replica, EngineReport report, TimeSpan takenAt)
    {
        var account = replica.Account;
        Ledger.Reported(account, takenAt);
        replica.Report = report;
        replica.ReportedAt = takenAt;
        replica.Flavour = replica.Settings.Flavour ?? (report.Flavour == ReplicaFlavour.Unknown ? replica.Flavour : report.Flavour);
        var meanPrompt = account.Requests > 0 ? account.PromptTokens / account.Requests : 0;
        var ownSent = account.SentRequests - account.UnreportedSentRequests;
        var foreign = Math.Max(0, (report.Waiting ?? 0) - ownSent) * meanPrompt;
        replica.PrefillAtReport = PrefillAt(replica, report.Waiting, takenAt) + foreign;
        if (report is { KvUsage: { } usage, KvCapacityTokens: { } capacity })
        {
            var waiting = Math.Min(report.Waiting ?? 0, ownSent) * (ownSent > 0 ? (account.SentPromptTokens - account.UnreportedPromptTokens) / ownSent : 0);
            var drift = (usage * capacity) + waiting + foreign - (account.CommittedTokens - account.UnreportedPromptTokens);
            replica.DriftTokens = drift;
            replica.MeanDrift = replica.MeanDrift is { } mean ? mean + (DriftSmoothing * (drift - mean)) : drift;
        }
    }

    /// <summary>
    /// The view of a replica with what was not started there. For that the ledger is better than a report: a streamed request without a first token is not
    /// prefilled. Of others it is only known when they should be, and what the engine itself says is waiting.
    /// </summary>
    public static FrontReplica Front(RemoteReplica replica, TimeSpan now)
    {
        var account = replica.Account;
        var view = View(replica, now);
        var isReported = IsReported(replica, now);
        var rate = PrefillRate(replica);
        var (seenRequests, seenTokens) = (account.SentRequests - account.BlindRequests, account.SentPrefillTokens - account.BlindPrefillTokens);
        var blindTokens = account.BlindRequests > 0 ? Math.Min(account.BlindPrefillTokens, Math.Max(0, (account.BlindUntil - now).TotalSeconds) * rate) : 0;
        var blindRequests = account.BlindRequests > 0 ? account.BlindRequests * (blindTokens / account.BlindPrefillTokens) : 0;
        if (isReported && replica.Report!.Waiting is { } waiting && waiting > seenRequests)
        {
            var meanPrompt = account.Requests > 0 ? account.PromptTokens / account.Requests : 0;
            var others = Math.Max(0, ((double)(waiting - seenRequests) * meanPrompt) - (rate * (now - replica.ReportedAt).TotalSeconds));
            blindRequests = others > blindTokens ? others / meanPrompt : blindRequests;
            blindTokens = Math.Max(others, blindTokens);
        }

        var progress = account.OldestSent is { IsBlind: false } head ? Progress(replica, head, now) : 0;
        return new FrontReplica(view, seenTokens - progress + (long)blindTokens, seenRequests + (int)Math.Ceiling(blindRequests), isReported);
    }

    /// <summary>How long the prefill of so many tokens will probably take.</summary>
    public static TimeSpan PrefillTime(RemoteReplica replica, int tokens) => TimeSpan.FromSeconds(tokens / PrefillRate(replica));

    /// <summary>The view of a replica.</summary>
    public static ReplicaView View(RemoteReplica replica, TimeSpan now)
    {
        var account = replica.Account;
        var view = new ReplicaView
        {
            Replica = replica.Id,
            Epoch = account.Epoch,
            State = replica.State,
            Latency = replica.Settings.Latency,
            KvCapacityTokens = replica.Report?.KvCapacityTokens,
            PrefillTokensPerSecond = replica.Rates.PrefillTokensPerSecond,
            ReleasedTokensPerSecond = replica.Rates.ReleasedTokensPerSecond,
            MeanOutputTokens = replica.Rates.MeanOutputTokens,
            SecondsPerStep = replica.Rates.SecondsPerStep,
            InFlightRequests = account.Requests,
            InFlightPromptTokens = account.PromptTokens,
            InFlightStreaming = account.Requests - account.SentRequests,
            InFlightPrefillTokens = account.SentPrefillTokens,
            InFlightOutputTokens = account.OutputTokens,
        };
        return IsReported(replica, now) && replica.Report is { } report
            ? Reported(replica, report, view with { Age = now - replica.ReportedAt })
            : view with
            {
                QueuedPrefillTokens = account.SentPrefillTokens - Progress(replica, account.OldestSent, now),
                KvTokensInUse = account.CommittedTokens,
                KvTokensQueued = 0,
            };
    }

    private static bool IsReported(RemoteReplica replica, TimeSpan now) => replica.Report is { IsKnown: true } && now - replica.ReportedAt <= OldestReport;

    private static double PrefillRate(RemoteReplica replica) => replica.Rates.PrefillTokensPerSecond ?? NeutralPrefillRate;

    private static ReplicaView Reported(RemoteReplica replica, EngineReport report, ReplicaView view)
    {
        var account = replica.Account;
        var drained = view.Age.TotalSeconds * (replica.Rates.PrefillTokensPerSecond ?? 0);
        return view with
        {
            Running = report.Running,
            Waiting = report.Waiting,

            // Routers take off what was prefilled since the report; what the ledger knows to be prefilled is gone in any case.
            QueuedPrefillTokens = Math.Min(replica.PrefillAtReport, ReportedPrefill(account) + (long)drained + Foreign(replica)),
            KvTokensInUse = (long)Math.Max(0, account.CommittedTokens - account.UnreportedPromptTokens + Drift(replica, view.Age)),
            KvTokensQueued = 0,
            UnreportedRequests = account.UnreportedRequests,
            UnreportedPrefillTokens = account.UnreportedPrefillTokens,
            UnreportedPromptTokens = account.UnreportedPromptTokens,
        };
    }

    private static long ReportedPrefill(LedgerAccount account) => account.SentPrefillTokens - account.UnreportedPrefillTokens;

    private static long Foreign(RemoteReplica replica)
    {
        var account = replica.Account;
        var foreign = Math.Max(0, (replica.Report?.Waiting ?? 0) - (account.SentRequests - account.UnreportedSentRequests));
        return account.Requests > 0 ? foreign * (account.PromptTokens / account.Requests) : 0;
    }

    private static double Drift(RemoteReplica replica, TimeSpan age)
    {
        var mean = replica.MeanDrift ?? 0;
        return mean + (((replica.DriftTokens ?? 0) - mean) * Math.Pow(2, -(age / DriftHalfLife)));
    }

    /// <summary>
    /// Prefill tokens in the queue when a report was taken. Requests that are not streamed show no first token, so that the ledger cannot tell when they are
    /// prefilled; but of those sent, only the newest can still be waiting, as many as the engine says, and one in the making.
    /// </summary>
    private static long PrefillAt(RemoteReplica replica, int? waiting, TimeSpan takenAt)
    {
        var left = waiting is { } count ? count + 1L : long.MaxValue;
        var tokens = 0L;
        Lease? oldest = null;
        for (var lease = replica.Account.Sent.Newest; lease is not null && left > 0; lease = lease.Sent.Older)
        {
            if (!lease.IsUnreported)
            {
                tokens += lease.PrefillTokens;
                oldest = lease;
                left--;
            }
        }

        return tokens - Progress(replica, oldest, takenAt);
    }

    /// <summary>Prefill tokens of the request at the head of the queue that should be done: the engine has worked on it since the first token before.</summary>
    private static long Progress(RemoteReplica replica, Lease? atHead, TimeSpan now)
    {
        if (atHead is not { } head || replica.Rates.PrefillTokensPerSecond is not { } rate)
        {
            return 0;
        }

        var since = replica.Account.LastFirstToken is { } last && last > head.SentAt ? last : head.SentAt;
        var elapsed = Math.Max(0, (now - since).TotalSeconds);
        return (long)Math.Min(head.PrefillTokens - 1, elapsed * rate);
    }
}
