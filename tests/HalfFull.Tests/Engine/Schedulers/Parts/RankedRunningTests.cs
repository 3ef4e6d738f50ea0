using HalfFull.Engine;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Queueing;

namespace HalfFull.Tests.Engine.Schedulers.Parts;

public sealed class RankedRunningTests
{
    private const int Slots = 200;

    /// <summary>From step to step a few come, go or change their keys, at times all; slots are used again, and gone sequences may run elsewhere.</summary>
    [Fact]
    public void Equals_sorting_anew_in_every_step()
    {
        for (var seed = 0UL; seed < 5; seed++)
        {
            var rng = new Rng(seed);
            var order = new SlotOrder();
            var ranked = new RankedRunning(order);
            var running = new List<Sequence>();
            var free = new Stack<int>(Enumerable.Range(0, Slots));
            for (var step = 0; step < 100; step++)
            {
                var isWild = rng.NextInt32(10) == 0;
                foreach (var leaving in running.Where(_ => rng.NextInt32(isWild ? 2 : 40) == 0).ToArray())
                {
                    running.Remove(leaving);
                    free.Push(leaving.Slot);
                }

                for (var joining = rng.NextInt32(isWild ? Slots : 4); joining > 0 && free.TryPop(out var slot); joining--)
                {
                    running.Insert(rng.NextInt32(running.Count + 1), Sequence(rng, (step * 1000) + joining, slot));
                }

                for (var slot = 0; slot < Slots; slot++)
                {
                    order.Keys[slot] = rng.NextInt32(isWild ? 1 : 50) == 0 ? rng.NextInt32(5) : order.Keys[slot];
                }

                ranked.Sort([.. running]);

                var expected = running.OrderBy(sequence => order.Keys[sequence.Slot]).ThenBy(static sequence => sequence.Request.Arrival).ThenBy(static sequence => sequence.Request.Id);
                Assert.Equal(expected, ranked.Sequences.ToArray());
                Assert.Equal(ranked.Sequences.ToArray().Select(ranked.RankOf), ranked.Ranks.ToArray());
            }
        }
    }

    private static Sequence Sequence(Rng rng, long id, int slot) => new(new Request(id, TimeSpan.FromSeconds(rng.NextInt32(3)), 10, 10), 10) { Slot = slot };

    private sealed class SlotOrder : IQueueOrder
    {
        internal double[] Keys { get; } = new double[Slots];

        public RankFeatures Features(in QueueEntry entry) => new(entry.Request.Arrival, Keys[entry.Slot]);

        public double Key(in RankFeatures features, int group) => features.First;
    }
}
