using HalfFull.Engine;

namespace HalfFull.Tests.Engine;

public sealed class KvCacheTests
{
    private static readonly EngineLimits Limits = Given.Limits(blocks: 20);

    [Fact]
    public void Only_full_units_and_at_most_all_but_one_token_are_reused()
    {
        var cache = new KvCache(Limits);
        Finish(cache, Compute(cache, 100, [1, 2, 3], unit: 32));

        Assert.Equal(3, cache.MatchUnits(New(200, [1, 2, 3, 4], 32)));
        Assert.Equal(2, cache.MatchUnits(New(96, [1, 2, 3], 32)));
        Assert.Equal(3, cache.MatchUnits(New(97, [1, 2, 3], 32)));
        Assert.Equal(0, cache.MatchUnits(New(31, [1], 32)));
        Assert.Equal(1, cache.MatchUnits(New(200, [1, 9, 3], 32)));
        Assert.Equal(0, cache.MatchUnits(New(200, [9, 2, 3], 32)));
        Assert.Equal(0, cache.MatchUnits(New(200, null, 0)));
    }

    [Fact]
    public void A_partial_last_unit_stays_private()
    {
        var cache = new KvCache(Limits);
        var sequence = Compute(cache, 100, [1, 2, 3, 4], unit: 32);

        Assert.Equal((3, 96, 6, 1), (sequence.SharedUnits, sequence.SharedTokens, sequence.SharedBlocks, sequence.PrivateBlocks));
        Finish(cache, sequence);
        Assert.Equal((14, 6, 0, 0), (cache.UnusedBlocks, cache.EvictableBlocks, cache.SharedBlocks, cache.PrivateBlocks));
    }

    [Fact]
    public void Without_prefix_caching_nothing_is_kept()
    {
        var cache = new KvCache(Limits with { PrefixCaching = false });
        var sequence = Compute(cache, 100, [1, 2, 3], unit: 32);
        Assert.Equal(7, sequence.PrivateBlocks);
        Finish(cache, sequence);
        Assert.Equal(20, cache.UnusedBlocks);
    }

    [Fact]
    public void A_unit_whose_memory_has_gone_is_forgotten_unless_somebody_holds_it()
    {
        var cache = new KvCache(Limits);
        Finish(cache, Compute(cache, 100, [1, 2, 3], unit: 32));
        var user = Compute(cache, 33, [1], unit: 32);
        var waiting = New(200, [1, 2, 3], 32);
        Assert.Equal(3, cache.MatchUnits(waiting));

        cache.Forget(3);
        cache.Forget(1);
        cache.Forget(77);
        Assert.Equal((true, true, false), (cache.Holds(1), cache.Holds(2), cache.Holds(3)));
        Assert.Equal(2, cache.MatchUnits(waiting));
        Assert.Equal((2, 2), (cache.SharedBlocks, cache.EvictableBlocks));
        Finish(cache, user);
        cache.Forget(1);
        Assert.Equal(0, cache.MatchUnits(waiting));
        Assert.Equal((18, 2), (cache.UnusedBlocks, cache.EvictableBlocks));
    }

    [Fact]
    public void A_unit_in_use_is_never_evicted()
    {
        var cache = new KvCache(Limits);
        var user = Compute(cache, 33, [1, 2], unit: 16);
        var other = New(300, null, 0);
        cache.Allocate(other, 17);

        Assert.Equal(0, cache.FreeBlocks);
        Assert.Equal(2, cache.MatchUnits(New(100, [1, 2], 16)));
        Assert.Equal((2, 18), (cache.SharedBlocks, cache.PrivateBlocks));
        Finish(cache, user);
        Assert.Equal(3, cache.FreeBlocks);
    }

    [Fact]
    public void The_least_recently_used_goes_first_and_the_tail_of_a_prompt_before_its_head()
    {
        var cache = new KvCache(Limits);
        var old = Compute(cache, 49, [1, 2, 3], unit: 16);
        var recent = Compute(cache, 49, [7, 8, 9], unit: 16);
        Finish(cache, old);
        Finish(cache, recent);

        // Using 1 and 2 again makes them the most recent.
        var again = New(33, [1, 2], 16);
        cache.Take(again, 2);
        Finish(cache, again);
        Assert.Equal("1 2 3 7 8 9", Cached(cache));
        var hog = New(320, null, 0);
        cache.Allocate(hog, 14);
        Assert.Equal("1 2 3 7 8 9", Cached(cache));
        string[] left = ["1 2 7 8 9", "1 2 7 8", "1 2 7", "1 2", "1", ""];
        foreach (var expected in left)
        {
            cache.Allocate(hog, 1);
            Assert.Equal(expected, Cached(cache));
        }

        string Cached(KvCache pool) => string.Join(' ', new long[] { 1, 2, 3, 7, 8, 9 }.Where(hash => pool.MatchUnits(Given.Request(prompt: 100, hashes: [hash]), 100) == 1));
    }

    [Fact]
    public void A_unit_computed_twice_at_once_is_kept_once()
    {
        var cache = new KvCache(Limits);
        var first = Compute(cache, 40, [1, 2], unit: 16);
        var second = Compute(cache, 40, [1, 2], unit: 16);

        Assert.Equal((2, 2), (cache.SharedBlocks, cache.PrivateBlocks));
        Assert.Equal((1, 1), (cache.Reclaimable(first), cache.Reclaimable(second)));
        Finish(cache, first);
        Assert.Equal((2, 0), (cache.SharedBlocks, cache.EvictableBlocks));
        Assert.Equal(3, cache.Reclaimable(second));
        Finish(cache, second);
        Assert.Equal((0, 2, 18), (cache.SharedBlocks, cache.EvictableBlocks, cache.UnusedBlocks));
    }

    [Fact]
    public void Taking_unreferenced_units_takes_them_from_the_free_blocks()
    {
        var cache = new KvCache(Limits);
        Finish(cache, Compute(cache, 33, [1, 2], unit: 16));
        var taker = New(100, [1, 2], 16);
        Assert.Equal(2, cache.EvictableAmong(taker.Request, 2));
        cache.Take(taker, 2);

        Assert.Equal((18, 0, 2), (cache.FreeBlocks, cache.EvictableBlocks, cache.SharedBlocks));
        Assert.Equal(0, cache.EvictableAmong(taker.Request, 2));
        Assert.Equal(32, taker.ComputedTokens);
    }

    /// <summary>
    /// Random takes, growth, publishing and frees against a pool in which every block has a number and every holder a list of the blocks it holds.
    /// </summary>
    [Fact]
    public void Equals_a_pool_of_numbered_blocks()
    {
        for (var seed = 0UL; seed < 60; seed++)
        {
            var rng = new Rng(seed);
            var limits = Given.Limits(blocks: 10 + rng.NextInt32(30), blockSize: 1 + rng.NextInt32(16));
            var unit = limits.BlockSize * (1 + rng.NextInt32(3));
            var cache = new KvCache(limits);
            var model = new NumberedBlocks(limits.KvBlocks);
            var alive = new List<Sequence>();
            for (var i = 0; i < 200; i++)
            {
                if (alive.Count == 0 || rng.NextInt32(4) == 0)
                {
                    // Hashes chain: the last digit of a hash depends on those before it.
                    var branch = rng.NextInt32(3);
                    var prompt = 1 + rng.NextInt32(unit * 4);
                    var sequence = New(prompt, [1, 10 + branch, 100 + branch], unit);
                    var match = cache.MatchUnits(sequence);
                    Assert.Equal(model.Match(sequence.Request.PrefixHashes.Span, (prompt - 1) / unit), match);
                    cache.Take(sequence, match);
                    model.Take(sequence, match);
                    alive.Add(sequence);
                }
                else
                {
                    var sequence = alive[rng.NextInt32(alive.Count)];
                    var tokens = Math.Min(1 + rng.NextInt32(unit * 2), sequence.KnownTokens - sequence.ComputedTokens);
                    var blocks = limits.BlocksFor(sequence.ComputedTokens + tokens) - sequence.HeldBlocks;
                    if (tokens == 0 || blocks > cache.FreeBlocks || rng.NextInt32(5) == 0)
                    {
                        cache.Free(sequence);
                        model.Free(sequence);
                        alive.Remove(sequence);
                    }
                    else
                    {
                        cache.Allocate(sequence, blocks);
                        model.Allocate(sequence, blocks);
                        sequence.ComputedTokens += tokens;
                        cache.Publish(sequence);
                        model.Publish(sequence, sequence.ComputedTokens / unit, unit / limits.BlockSize);
                    }
                }

                Assert.Equal(
                    (model.Unused, model.Evictable, model.Shared, model.Private),
                    (cache.UnusedBlocks, cache.EvictableBlocks, cache.SharedBlocks, cache.PrivateBlocks));
                foreach (var sequence in alive)
                {
                    Assert.Equal(model.Held(sequence), sequence.HeldBlocks);
                    Assert.Equal(model.Reclaimable(sequence), cache.Reclaimable(sequence));
                }
            }
        }
    }

    private static Sequence New(int prompt, long[]? hashes, int unit) => new(Given.Request(prompt: prompt, hashes: hashes, unit: unit), 100);

    private static Sequence Compute(KvCache cache, int prompt, long[] hashes, int unit)
    {
        var sequence = New(prompt, hashes, unit);
        cache.Allocate(sequence, Limits.BlocksFor(prompt));
        sequence.ComputedTokens = prompt;
        cache.Publish(sequence);
        return sequence;
    }

    private static void Finish(KvCache cache, Sequence sequence) => cache.Free(sequence);

    /// <summary>The naive pool: who holds which block, by number, and for each cached unit its blocks, holders and time of last use.</summary>
    private sealed class NumberedBlocks(int count)
    {
        private readonly Stack<int> unused = new(Enumerable.Range(0, count));
        private readonly Dictionary<Sequence, List<int>> own = [];
        private readonly Dictionary<Sequence, List<CachedUnit>> shared = [];
        private readonly List<CachedUnit> cached = [];
        private int clock;

        internal int Unused => unused.Count;

        internal int Evictable => cached.Where(static unit => unit.Holders.Count == 0).Sum(static unit => unit.Blocks.Count);

        internal int Shared => cached.Where(static unit => unit.Holders.Count > 0).Sum(static unit => unit.Blocks.Count);

        internal int Private => own.Values.Sum(static blocks => blocks.Count);

        internal int Held(Sequence sequence) => own[sequence].Count + shared[sequence].Sum(static unit => unit.Blocks.Count);

        internal int Reclaimable(Sequence sequence) =>
            own[sequence].Count + shared[sequence].Where(static unit => unit.Holders.Count == 1).Sum(static unit => unit.Blocks.Count);

        internal int Match(ReadOnlySpan<long> hashes, int most)
        {
            var matched = 0;
            while (matched < Math.Min(most, hashes.Length) && Find(hashes[matched]) is not null)
            {
                matched++;
            }

            return matched;
        }

        internal void Take(Sequence sequence, int match)
        {
            own[sequence] = [];
            shared[sequence] = [];
            for (var i = 0; i < match; i++)
            {
                Join(sequence, Find(sequence.Request.PrefixHashes.Span[i])!);
            }
        }

        internal void Allocate(Sequence sequence, int blocks)
        {
            for (var i = 0; i < blocks; i++)
            {
                if (unused.Count == 0)
                {
                    var victim = cached.Where(static unit => unit.Holders.Count == 0).MinBy(static unit => unit.LastUse)!;
                    cached.Remove(victim);
                    victim.Blocks.ForEach(unused.Push);
                }

                own[sequence].Add(unused.Pop());
            }
        }

        internal void Publish(Sequence sequence, int complete, int unitBlocks)
        {
            var hashes = sequence.Request.PrefixHashes.Span;
            while (shared[sequence].Count < Math.Min(complete, hashes.Length))
            {
                var hash = hashes[shared[sequence].Count];
                var blocks = own[sequence].GetRange(0, unitBlocks);
                own[sequence].RemoveRange(0, unitBlocks);
                if (Find(hash) is { } existing)
                {
                    blocks.ForEach(unused.Push);
                    Join(sequence, existing);
                }
                else
                {
                    var unit = new CachedUnit { Hash = hash, Blocks = blocks };
                    cached.Add(unit);
                    Join(sequence, unit);
                }
            }
        }

        internal void Free(Sequence sequence)
        {
            own[sequence].ForEach(unused.Push);
            foreach (var unit in Enumerable.Reverse(shared[sequence]))
            {
                unit.Holders.Remove(sequence);
                unit.LastUse = clock++;
            }

            own.Remove(sequence);
            shared.Remove(sequence);
        }

        private void Join(Sequence sequence, CachedUnit unit)
        {
            unit.Holders.Add(sequence);
            shared[sequence].Add(unit);
        }

        private CachedUnit? Find(long hash) => cached.Find(unit => unit.Hash == hash);

        private sealed class CachedUnit
        {
            internal required long Hash { get; init; }

            internal required List<int> Blocks { get; init; }

            internal HashSet<Sequence> Holders { get; } = [];

            internal int LastUse { get; set; }
        }
    }
}
