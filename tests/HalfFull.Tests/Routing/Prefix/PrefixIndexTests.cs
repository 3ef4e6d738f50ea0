using HalfFull.Routing.Prefix;

namespace HalfFull.Tests.Routing.Prefix;

public sealed class PrefixIndexTests
{
    private const long SmallBytes = 64 << 10;

    [Fact]
    public void A_replica_holds_the_leading_units_that_it_was_sent()
    {
        var index = new PrefixIndex();
        index.Insert(0, [1, 2, 3, 4]);
        index.Insert(1, [1, 2, 9]);
        index.Insert(3, [8]);

        Assert.Equal([3, 2, 0, 0], Match(index, 1, 2, 3, 7));
        Assert.Equal([2, 3, 0, 0], Match(index, 1, 2, 9));
        Assert.Equal([0, 0, 0, 1], Match(index, 8));
        Assert.Equal([0, 0, 0, 0], Match(index, 5, 1));
        Assert.Equal([0, 0, 0, 0], Match(index));
        Assert.Equal(6, index.DistinctUnits);
    }

    /// <summary>Against a list of sets, over random trees of prompts, with 1, 64, 65 and 200 replicas.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(200)]
    public void It_finds_what_a_plain_search_finds(int replicas)
    {
        var rng = new Rng((ulong)replicas);
        var index = new PrefixIndex();
        index.EnsureReplicas(replicas);
        var held = Enumerable.Range(0, replicas).Select(static _ => new HashSet<long>()).ToArray();
        for (var i = 0; i < 2000; i++)
        {
            var chain = Chain(rng);
            var replica = rng.NextInt32(replicas);
            index.Insert(replica, chain);
            held[replica].UnionWith(chain);
            var asked = Chain(rng);

            Assert.Equal(held.Select(units => asked.TakeWhile(units.Contains).Count()), Match(index, asked));
        }
    }

    [Fact]
    public void More_than_64_replicas_in_the_middle_keep_what_they_hold_and_its_order()
    {
        var index = new PrefixIndex(SmallBytes);
        for (var replica = 0; replica < 64; replica++)
        {
            index.Insert(replica, [1, 2, 100 + replica]);
        }

        index.Insert(64, [1]);
        Assert.Equal(65, index.Replicas);
        Assert.Equal([.. Enumerable.Repeat(2, 64), 1], Match(index, 1, 2, 3));
        Assert.Equal(3, Match(index, 1, 2, 105)[5]);
        Fill(index, 5, from: 1_000_000, units: index.UnitsPerReplica - 2);
        Assert.Equal(2, Match(index, 1, 2, 105)[5]);
    }

    [Fact]
    public void The_least_recently_used_gives_way_and_ends_of_chains_before_their_beginnings()
    {
        var index = new PrefixIndex(SmallBytes);
        index.Insert(0, [1, 2, 3]);
        index.Insert(0, [4, 5, 6]);
        index.Insert(0, [1, 2]);
        var capacity = index.UnitsPerReplica;
        Fill(index, 0, from: 1000, units: capacity - 6);
        Assert.Equal([3], Match(index, 1, 2, 3));

        Fill(index, 0, from: 500_000, units: 1);
        Assert.Equal([2], Match(index, 1, 2, 3));
        Assert.Equal([3], Match(index, 4, 5, 6));
        Fill(index, 0, from: 500_001, units: 1);
        Assert.Equal([2], Match(index, 4, 5, 6));
        Fill(index, 0, from: 500_002, units: 2);
        Assert.Equal([0], Match(index, 4, 5, 6));
        Assert.Equal([2], Match(index, 1, 2, 3));
        Assert.Equal(capacity, index.Units(0));
    }

    [Fact]
    public void Prefixes_longer_than_the_memory_are_cut_to_their_beginning()
    {
        var index = new PrefixIndex(SmallBytes);
        var chain = Enumerable.Range(0, 5000).Select(static id => (long)id).ToArray();
        index.Insert(0, chain);

        Assert.Equal([index.UnitsPerReplica], Match(index, chain));
    }

    [Fact]
    public void A_restart_forgets_one_replica_and_no_other()
    {
        var index = new PrefixIndex();
        index.Insert(0, [1, 2, 3]);
        index.Insert(1, [1, 2]);
        index.Clear(0);
        index.Clear(99);

        Assert.Equal([0, 2], Match(index, 1, 2, 3));
        Assert.Equal(2, index.DistinctUnits);
        index.Insert(0, [1]);
        Assert.Equal([1, 2], Match(index, 1, 2, 3));
    }

    /// <summary>A million distinct units to each of eight replicas, which have room for a few thousand.</summary>
    [Fact]
    public void Memory_is_bounded_and_accounted_for_to_the_byte()
    {
        const int replicas = 8;
        const long bytes = 256 << 10;
        var index = new PrefixIndex(bytes);
        for (var batch = 0; batch < 1000; batch++)
        {
            for (var replica = 0; replica < replicas; replica++)
            {
                Fill(index, replica, from: ((long)replica << 40) + (batch * 1000L), units: 1000);
            }
        }

        Assert.Equal(replicas * index.UnitsPerReplica, index.DistinctUnits);
        Assert.InRange(index.UnitsPerReplica, 5000, 7000);

        // The room for each unit is 44 bytes: key, set, two links in the table; five numbers in the order of use. Nothing is wasted once all is full.
        Assert.Equal(replicas * (long)index.UnitsPerReplica * 44, index.Bytes);
        Assert.InRange(index.Bytes, 0, replicas * bytes);
    }

    [Fact]
    public void Once_it_has_grown_nothing_is_allocated()
    {
        var index = new PrefixIndex(SmallBytes);
        var chain = new long[100];
        var units = new int[4];
        var next = 0L;
        Use(1000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Use(1000);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Use(int times)
        {
            for (var i = 0; i < times; i++)
            {
                for (var j = 0; j < chain.Length; j++)
                {
                    chain[j] = next++;
                }

                index.Insert(i % 4, chain);
                index.Match(chain, 0, units);
            }
        }
    }

    [Fact]
    public void What_must_not_be_shared_has_another_seed()
    {
        var seeds = new[]
        {
            PrefixSeed.Of("m"), PrefixSeed.Of("n"), PrefixSeed.Of("m", "a"), PrefixSeed.Of("m", null, "a"), PrefixSeed.Of("ma"), PrefixSeed.Of(null),
            PrefixSeed.Of(null, "m"), PrefixSeed.Of(""), PrefixSeed.Of("m", ""), PrefixSeed.Of("m", "a", "s"),
        };
        Assert.Equal(seeds.Length, seeds.Distinct().Count());
        Assert.Equal(PrefixSeed.Of("m", "a", "s"), PrefixSeed.Of("m", "a", "s"));

        var index = new PrefixIndex();
        index.Insert(0, [1, 2], seeds[0]);
        var units = new int[1];
        index.Match([1, 2], seeds[1], units);
        Assert.Equal([0], units);
        index.Match([1, 2], seeds[0], units);
        Assert.Equal([2], units);
    }

    private static int[] Match(PrefixIndex index, params long[] chain)
    {
        var units = new int[index.Replicas];
        index.Match(chain, 0, units);
        return units;
    }

    private static void Fill(PrefixIndex index, int replica, long from, int units)
    {
        for (var i = 0; i < units; i++)
        {
            index.Insert(replica, [from + i]);
        }
    }

    /// <summary>A path in a tree with three branches at each node; the id names the node.</summary>
    private static long[] Chain(Rng rng)
    {
        var chain = new long[1 + rng.NextInt32(12)];
        var node = 1L;
        for (var i = 0; i < chain.Length; i++)
        {
            node = (node * 3) + Math.Max(0, rng.NextInt32(6) - 3);
            chain[i] = node;
        }

        return chain;
    }
}
