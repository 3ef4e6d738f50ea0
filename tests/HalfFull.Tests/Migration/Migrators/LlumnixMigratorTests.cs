using HalfFull.Migration;
using HalfFull.Migration.Migrators;
using HalfFull.Routing;

namespace HalfFull.Tests.Migration.Migrators;

public sealed class LlumnixMigratorTests
{
    private static readonly LlumnixMigrator Llumnix = new(new LlumnixMigrator.Options { Threshold = 50 });

    [Fact]
    public void Pairs_those_with_least_freeness_with_those_with_most()
    {
        // Freeness 10, 500, 40, 80, 5,000 and, of a replica that drains, minus infinity.
        ReplicaView[] views = [View(0, 100, 9_000), View(1, 10, 5_000), View(2, 100, 6_000), View(3, 100, 2_000), View(4, 1, 5_000), View(5, 1, 0, ReplicaState.Draining)];

        Assert.Equal([(5, 4), (0, 1), (2, 3)], Pairs(views));
        Array.Reverse(views);
        Assert.Equal([(5, 4), (0, 1), (2, 3)], Pairs(views));
    }

    [Fact]
    public void Whoever_has_room_gives_nothing_and_unknown_capacities_take_no_part() =>
        Assert.Empty(Pairs([View(0, 10, 1_000), View(1, 0, 0), View(2, 10, 9_999) with { KvCapacityTokens = null }]));

    [Fact]
    public void Moves_the_shortest()
    {
        SequenceView[] running = [Sequence(300), Sequence(100), Sequence(100), Sequence(200)];

        Assert.Equal(1, Llumnix.Choose(View(0, 100, 9_900), View(1, 10, 0), running));
        Assert.Equal(-1, Llumnix.Choose(View(0, 100, 9_900), View(1, 10, 0), []));
    }

    [Theory]
    [InlineData(9_300, 0)] // (10,000 - 9,300 - 100) / 11 tokens each are left
    [InlineData(9_400, -1)]
    public void The_target_must_not_need_help_itself_afterwards(int used, int chosen)
    {
        Assert.Equal(chosen, Llumnix.Choose(View(0, 100, 9_900), View(1, 10, used), [Sequence(100)]));
        Assert.Equal(chosen, Llumnix.Choose(View(0, 100, 9_900, ReplicaState.Draining), View(1, 10, used), [Sequence(100)]));
    }

    [Fact]
    public void Balanced_pairs_must_come_closer_without_changing_places()
    {
        var balanced = new LlumnixMigrator(new LlumnixMigrator.Options { Threshold = 50, Pairs = LlumnixMigrator.PairKind.Balanced });

        // Freeness 5 and 80; with 100 tokens moved 5.5 and 78.2.
        Assert.Equal(0, balanced.Choose(View(0, 200, 9_000), View(1, 100, 2_000), [Sequence(100)]));

        // Half of the load of one goes to the other, which then is worse off.
        Assert.Equal(-1, balanced.Choose(View(0, 2, 8_000), View(1, 1, 5_500), [Sequence(4_000)]));
        Assert.Equal(0, Llumnix.Choose(View(0, 2, 8_000), View(1, 1, 5_500), [Sequence(4_000)]));
    }

    private static IEnumerable<(int Source, int Target)> Pairs(ReplicaView[] views)
    {
        var pairs = new MigrationPair[views.Length];
        return pairs[..Llumnix.Pair(views, pairs)].Select(pair => (views[pair.Source].Replica, views[pair.Target].Replica));
    }

    private static SequenceView Sequence(int tokens) => new(tokens, 0, 10, 1_000, null);

    private static ReplicaView View(int replica, int requests, int used, ReplicaState state = ReplicaState.Ready) => new()
    {
        Replica = replica,
        Running = requests,
        Waiting = 0,
        KvTokensInUse = used,
        KvTokensQueued = 0,
        KvCapacityTokens = 10_000,
        State = state,
    };
}
