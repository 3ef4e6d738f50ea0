using FsCheck;
using FsCheck.Fluent;
using HalfFull.Gateway.Replicas;

namespace HalfFull.Gateway.Tests.Replicas;

public sealed class LedgerTests
{
    [Fact]
    public void A_request_moves_from_sent_to_streaming_to_nothing()
    {
        var account = new LedgerAccount(0);
        var lease = Ledger.Reserve(account, Request(1, 100), 0, TimeSpan.Zero);
        Assert.Equal((1, 100, 1, 100), (account.Requests, account.PromptTokens, account.SentRequests, account.SentPromptTokens));

        Assert.True(Ledger.FirstToken(lease, TimeSpan.FromSeconds(1)));
        Ledger.AddOutput(lease, 3);
        Assert.Equal((1, 103, 0, 0), (account.Requests, account.CommittedTokens, account.SentRequests, account.SentPromptTokens));

        Assert.True(Ledger.Release(lease));
        Assert.True(account.IsEmpty);
    }

    [Fact]
    public void Nothing_counts_twice_or_after_the_release()
    {
        var account = new LedgerAccount(0);
        var lease = Ledger.Reserve(account, Request(1, 100), 0, TimeSpan.Zero);
        Assert.True(Ledger.FirstToken(lease, TimeSpan.Zero));
        Assert.False(Ledger.FirstToken(lease, TimeSpan.Zero));
        Assert.True(Ledger.Release(lease));
        Assert.False(Ledger.Release(lease));
        Assert.False(Ledger.FirstToken(lease, TimeSpan.Zero));
        Ledger.AddOutput(lease, 5);
        Assert.True(account.IsEmpty);
    }

    [Fact]
    public void A_lease_of_an_earlier_epoch_takes_nothing_from_the_next()
    {
        var account = new LedgerAccount(0);
        var old = Ledger.Reserve(account, Request(1, 100), 0, TimeSpan.Zero);
        Ledger.Restarted(account);
        var young = Ledger.Reserve(account, Request(2, 30), 0, TimeSpan.Zero);

        Assert.False(Ledger.Release(old));
        Assert.Equal((1, 30), (account.Requests, account.PromptTokens));
        Assert.True(Ledger.Release(young));
        Assert.True(account.IsEmpty);
    }

    [Fact]
    public void A_report_covers_what_was_sent_before_it_was_taken()
    {
        var account = new LedgerAccount(0);
        _ = Ledger.Reserve(account, Request(1, 100), 0, TimeSpan.FromSeconds(1));
        _ = Ledger.Reserve(account, Request(2, 30), 0, TimeSpan.FromSeconds(3));
        Ledger.Reported(account, TimeSpan.FromSeconds(2));
        Assert.Equal((1, 30), (account.UnreportedRequests, account.UnreportedPromptTokens));
    }

    [Fact]
    public void Only_what_is_not_cached_is_queued_prefill_and_at_least_one_token_is()
    {
        var account = new LedgerAccount(0);
        var lease = Ledger.Reserve(account, Request(1, 100), 0, TimeSpan.Zero, cachedTokens: 96);
        var whole = Ledger.Reserve(account, Request(2, 100), 0, TimeSpan.Zero, TimeSpan.FromSeconds(1), cachedTokens: 120);
        Assert.Equal((4, 1, 100), (lease.PrefillTokens, whole.PrefillTokens, whole.CachedTokens));
        Assert.Equal((200, 200, 5, 5, 1), (account.PromptTokens, account.SentPromptTokens, account.SentPrefillTokens, account.UnreportedPrefillTokens, account.BlindPrefillTokens));
        Ledger.FirstToken(lease, TimeSpan.Zero);
        Ledger.Release(whole);
        Assert.Equal((100, 0, 0), (account.CommittedTokens, account.SentPrefillTokens, account.BlindPrefillTokens));
    }

    [Fact]
    public void A_request_stays_unreported_over_its_first_token_until_a_report_or_its_end()
    {
        var account = new LedgerAccount(0);
        Lease[] leases = [.. Enumerable.Range(1, 3).Select(id => Ledger.Reserve(account, Request(id, 10), 0, TimeSpan.FromSeconds(id)))];
        Ledger.FirstToken(leases[1], TimeSpan.FromSeconds(4));
        Assert.Equal((3, 2, 20, 20), (account.UnreportedRequests, account.UnreportedSentRequests, account.UnreportedPromptTokens, account.UnreportedPrefillTokens));
        Ledger.Reported(account, TimeSpan.FromSeconds(2));
        Assert.Equal((1, 1, 10), (account.UnreportedRequests, account.UnreportedSentRequests, account.UnreportedPromptTokens));
        Ledger.FirstToken(leases[2], TimeSpan.FromSeconds(5));
        Ledger.Release(leases[2]);
        Assert.Equal((0, 0, 0), (account.UnreportedRequests, account.UnreportedSentRequests, account.UnreportedPromptTokens));
    }

    [Fact]
    public void Any_interleaving_keeps_the_sums_true_and_ends_at_exactly_nothing()
    {
        Prop.ForAll<ulong>(seed => Holds(new Rng(seed))).QuickCheckThrowOnFailure();
    }

    private static bool Holds(Rng rng)
    {
        var account = new LedgerAccount(0);
        var live = new List<Lease>();
        var all = new List<Lease>();
        for (var step = 0; step < 300; step++)
        {
            var now = TimeSpan.FromSeconds(step);
            var any = all.Count > 0 ? all[rng.NextInt32(all.Count)] : null;
            switch (rng.NextInt32(12))
            {
                case < 4:
                    all.Add(Ledger.Reserve(account, Request(step, 1 + rng.NextInt32(1000)), 0, now, rng.NextInt32(3) == 0 ? TimeSpan.FromSeconds(1) : null, rng.NextInt32(900)));
                    live.Add(all[^1]);
                    break;
                case < 6 when any is not null:
                    Ledger.FirstToken(any, now);
                    break;
                case < 8 when any is not null:
                    Ledger.AddOutput(any, rng.NextInt32(9));
                    break;
                case < 10 when any is not null:
                    Ledger.Release(any);
                    live.Remove(any);
                    break;
                case 10:
                    Ledger.Reported(account, now - TimeSpan.FromSeconds(rng.NextInt32(20)));
                    break;
                case 11 when rng.NextInt32(10) == 0:
                    Ledger.Restarted(account);
                    live.Clear();
                    break;
                default:
                    break;
            }

            if (!Sums(account, live))
            {
                return false;
            }
        }

        live.ForEach(lease => Ledger.Release(lease));
        return account.IsEmpty;
    }

    private static bool Sums(LedgerAccount account, List<Lease> live)
    {
        var sent = live.Where(lease => lease.Phase == LeasePhase.Sent).ToArray();
        var unreported = sent.Where(lease => lease.IsUnreported).ToArray();
        var blind = sent.Where(lease => lease.IsBlind).ToArray();
        return account.Requests == live.Count
            && account.PromptTokens == live.Sum(lease => lease.PromptTokens)
            && account.OutputTokens == live.Sum(lease => lease.OutputTokens)
            && account.SentRequests == sent.Length
            && account.SentPromptTokens == sent.Sum(lease => lease.PromptTokens)
            && account.SentPrefillTokens == sent.Sum(lease => lease.PrefillTokens)
            && (account.BlindRequests, account.BlindPrefillTokens) == (blind.Length, blind.Sum(lease => lease.PrefillTokens))
            && account.UnreportedRequests == live.Count(lease => lease.IsUnreported)
            && account.UnreportedSentRequests == unreported.Length
            && account.UnreportedPrefillTokens == unreported.Sum(lease => lease.PrefillTokens)
            && account.UnreportedPromptTokens == unreported.Sum(lease => lease.PromptTokens)
            && account.OldestSent == sent.FirstOrDefault();
    }

    private static Request Request(long id, int promptTokens) => new(id, TimeSpan.Zero, promptTokens, 10);
}
