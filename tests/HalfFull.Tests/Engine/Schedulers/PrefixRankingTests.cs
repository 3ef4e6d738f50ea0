using HalfFull.Engine;
using HalfFull.Engine.Schedulers.Parts;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>The order by weight against a tree walked as SGLang walks it.</summary>
public sealed class PrefixRankingTests
{
    [Fact]
    public void Walks_the_tree_of_cached_prefixes_heaviest_child_first()
    {
        for (var seed = 1UL; seed <= 300; seed++)
        {
            var scheduler = new Probe();
            var rng = new Rng(seed);
            var engine = Given.Engine((_, _) => scheduler, Given.Limits(blocks: 10_000, seats: 10_000, budget: 1_000_000));
            for (var id = 0; id < 20; id++)
            {
                engine.Submit(Draw(rng, id), output: 1);
            }

            scheduler.Admits = true;
            engine.RunToEnd();
            scheduler.Admits = false;
            var waiting = Enumerable.Range(100, 1 + rng.NextInt32(40)).Select(id => Draw(rng, id)).ToArray();
            Array.ForEach(waiting, request => engine.Submit(request, output: 1));
            var expected = Walk(waiting, engine.Replica, depth: 0).ToArray();
            engine.Step();

            Assert.Equal(expected, scheduler.Seen);
        }
    }

    private static IEnumerable<long> Walk(Request[] requests, Replica replica, int depth)
    {
        var deeper = requests.Where(request => replica.CachedPromptTokens(request) / 16 > depth).ToArray();
        return deeper.GroupBy(request => request.PrefixHashes.Span[depth]).OrderByDescending(group => group.Count())
            .SelectMany(group => Walk([.. group], replica, depth + 1))
            .Concat(requests.Except(deeper).Select(request => request.Id));
    }

    private static Request Draw(Rng rng, long id)
    {
        var hashes = new long[rng.NextInt32(5)];
        var hash = 0L;
        for (var i = 0; i < hashes.Length; i++)
        {
            hash = (hash * 10) + 1 + rng.NextInt32(2);
            hashes[i] = hash;
        }

        return Given.Request(id: id, prompt: (hashes.Length * 16) + 1, hashes: hashes);
    }

    private sealed class Probe : IEngineScheduler
    {
        private readonly PrefixRanking ranking = new();

        internal bool Admits { get; set; }

        internal List<long> Seen { get; } = [];

        public void Plan(in EngineSnapshot engine, StepPlan plan)
        {
            if (Admits)
            {
                foreach (var sequence in engine.Waiting)
                {
                    plan.TryAdmit(sequence);
                }

                return;
            }

            Seen.Clear();
            ranking.ByPrefixWeight(engine, plan);
            foreach (var sequence in ranking.Ranked)
            {
                Seen.Add(sequence.Request.Id);
            }
        }
    }
}
