using HalfFull.Engine;
using HalfFull.Engine.Schedulers;
using HalfFull.Metrics;

namespace HalfFull.Tests.Engine;

/// <summary>One replica prefills, another decodes: what each keeps, and until when.</summary>
public sealed class KvHoldTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(10);

    [Fact]
    public void What_was_prefilled_stays_in_use_until_it_is_released_and_its_prefix_stays_findable()
    {
        var heard = new Listening();
        var source = Start(heard, Given.Limits(blocks: 10));
        var request = Given.Request(id: 1, prompt: 64) with { PrefixHashes = new long[] { 1, 2, 3 }, PrefixUnitTokens = 16, PredictedOutputTokens = 80 };
        var sequence = source.SubmitPrefill(request, TimeSpan.Zero, isLast: false);
        Assert.Equal((1, 1, 1), (sequence.Request.MaxOutputTokens, sequence.Request.PredictedOutputTokens, sequence.OutputLimit));
        Step(source);

        var (left, kept) = Assert.Single(heard.HandedOver);
        Assert.Same(sequence, left);
        Assert.Equal((SequenceState.Gone, 1, 65, 64L), (left.State, left.OutputTokens, left.KnownTokens, source.KvTokensInUse));
        Assert.False(source.HasWork);
        source.CheckInvariants();

        source.Release(kept, Soon);
        Assert.Equal(0, source.KvTokensInUse);
        Assert.Equal(48, source.CachedPromptTokens(request));
        source.CheckInvariants();
        Assert.Throws<InvalidOperationException>(() => source.Release(kept, Soon));
    }

    [Fact]
    public void A_slot_is_not_given_away_before_the_release()
    {
        var heard = new Listening();
        var source = Start(heard, Given.Limits());
        var first = source.SubmitPrefill(Given.Request(id: 1), TimeSpan.Zero, isLast: false);
        Step(source);

        Assert.NotEqual(first.Slot, source.SubmitPrefill(Given.Request(id: 2), Soon, isLast: false).Slot);
        source.Release(heard.HandedOver[0].Kept, Soon);
        Assert.Equal(first.Slot, source.SubmitPrefill(Given.Request(id: 3), Soon, isLast: false).Slot);
    }

    [Fact]
    public void Room_takes_blocks_and_a_seat_until_the_sequence_has_come()
    {
        var heard = new Listening();
        var source = Start(heard, Given.Limits());
        var target = Start(heard, Given.Limits(blocks: 5, seats: 1));
        var request = Given.Request(id: 1, prompt: 64);
        source.SubmitPrefill(request, TimeSpan.Zero, isLast: false);
        Step(source);
        var room = target.TryReserve(65, 0, TimeSpan.Zero)!;
        Assert.Equal((1, 80L, 0), (target.Reserved, target.KvTokensInUse, target.Running));
        Assert.Null(target.TryReserve(1, 0, TimeSpan.Zero));

        // Nobody is admitted into a seat that is taken.
        target.Submit(Given.Request(id: 2, prompt: 1), TimeSpan.Zero, outputTokens: 1);
        Assert.False(target.BeginStep(TimeSpan.Zero));
        target.Receive(heard.HandedOver[0].Sequence, new Job(request, 3), room, Soon);
        Assert.Equal((0, 64L, 1), (target.Reserved, target.KvTokensInUse, target.Running));
        while (target.HasWork)
        {
            Step(target);
        }

        Assert.Equal([(1L, 3), (2L, 1)], heard.Records.Select(static record => (record.Id, record.OutputTokens)));
        Assert.Equal(0, target.RecomputedTokens);
    }

    [Theory]
    [InlineData(32, 2)] // a third would need its own 2 blocks and 3 times 2 more, and 6 are left
    [InlineData(16, 3)] // a fourth would need 2 and 4 times 1, and 4 are left
    [InlineData(0, 5)]
    public void Each_that_is_let_in_leaves_headroom_for_all(int headroom, int most)
    {
        var target = Start(new Listening(), Given.Limits(blocks: 10));
        var taken = 0;
        while (target.TryReserve(32, headroom, TimeSpan.Zero) is not null)
        {
            target.CheckInvariants();
            taken++;
        }

        Assert.Equal(most, taken);
    }

    [Fact]
    public void A_headroom_below_zero_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(static () => Start(new Listening(), Given.Limits()).TryReserve(32, headroom: -1, TimeSpan.Zero));

    [Fact]
    public void Nobody_is_let_in_with_headroom_while_somebody_waits()
    {
        var target = Start(new Listening(), Given.Limits());
        target.Submit(Given.Request(id: 1), TimeSpan.Zero);

        Assert.Null(target.TryReserve(16, 0, TimeSpan.Zero));
        Assert.NotNull(target.TryReserve(16, headroom: null, TimeSpan.Zero)); // a move has no regard to them
        target.BeginStep(TimeSpan.Zero);
        Assert.NotNull(target.TryReserve(16, 0, TimeSpan.Zero));
    }

    [Fact]
    public void One_whose_cache_was_lost_is_prefilled_with_its_tokens_and_goes_on()
    {
        var heard = new Listening();
        var source = Start(heard, Given.Limits());
        var request = Given.Request(id: 1, prompt: 64);
        var sequence = source.SubmitPrefill(request, TimeSpan.Zero, isLast: false);
        Step(source);
        var again = Start(heard, Given.Limits());
        again.SubmitPrefill(sequence, request, Soon, isLast: false);
        Step(again);

        Assert.Equal((2, 66, 64L), (sequence.OutputTokens, sequence.KnownTokens, again.RecomputedTokens));
        Assert.Equal(2, heard.HandedOver.Count);
        Assert.Equal(1, heard.FirstTokens);
    }

    [Fact]
    public void A_host_that_hands_nothing_over_is_told_so()
    {
        IReplicaListener listener = Given.Engine(static (_, _) => new Vllm(new Vllm.Options()));
        var replica = new Replica(0, Given.Limits(), new Vllm(new Vllm.Options()), Given.Rates(Given.Limits()), listener);
        replica.SubmitPrefill(Given.Request(id: 7), TimeSpan.Zero, isLast: false);

        Assert.Contains("Request 7", Assert.Throws<InvalidOperationException>(() => Step(replica)).Message, StringComparison.Ordinal);
    }

    private static Replica Start(Listening heard, EngineLimits limits) => new(0, limits, new Vllm(new Vllm.Options()), Given.Rates(limits), heard);

    private static void Step(Replica replica)
    {
        replica.BeginStep(TimeSpan.Zero);
        replica.CheckInvariants();
        replica.EndStep(Soon);
        replica.CheckInvariants();
    }

    private sealed class Listening : IReplicaListener
    {
        internal List<(Sequence Sequence, KvHold Kept)> HandedOver { get; } = [];

        internal List<RequestRecord> Records { get; } = [];

        internal int FirstTokens { get; private set; }

        void IReplicaListener.TokenGap(TimeSpan gap, long count)
        {
        }

        void IReplicaListener.FirstToken(int replica, Sequence sequence, TimeSpan now) => FirstTokens++;

        void IReplicaListener.HandedOver(int replica, Sequence sequence, KvHold kept, TimeSpan now) => HandedOver.Add((sequence, kept));

        void IReplicaListener.Ended(Sequence sequence, in RequestRecord record) => Records.Add(record);
    }
}
