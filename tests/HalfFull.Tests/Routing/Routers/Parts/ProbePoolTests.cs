using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Tests.Routing.Routers.Parts;

public sealed class ProbePoolTests
{
    private const int Size = 4;
    private const int Replicas = 9;
    private static readonly TimeSpan Oldest = TimeSpan.FromSeconds(5);

    [Fact]
    public void Equals_a_list_that_is_searched()
    {
        for (var seed = 0UL; seed < 50; seed++)
        {
            var rng = new Rng(seed);
            var pool = new ProbePool(Size, Oldest);
            var list = new List<(int Replica, int Requests, TimeSpan Taken, int Uses)>();
            var dropsWorst = false;
            for (var i = 0; i < 300; i++)
            {
                var now = TimeSpan.FromSeconds(i);
                var replica = rng.NextInt32(Replicas);
                switch (rng.NextInt32(3))
                {
                    case 0:
                        pool.Expire(now);
                        list.RemoveAll(probe => now - probe.Taken > Oldest);
                        break;
                    case 1:
                        var requests = rng.NextInt32(20);
                        pool.Add(replica, requests, now);
                        if (list.RemoveAll(probe => probe.Replica == replica) == 0 && list.Count == Size)
                        {
                            list.Remove(dropsWorst ? list.MaxBy(static probe => probe.Requests) : list[0]);
                            dropsWorst = !dropsWorst;
                        }

                        list.Add((replica, requests, now, 0));
                        break;
                    default:
                        pool.Used(replica);
                        list = [.. list.Select(probe => probe.Replica == replica ? probe with { Requests = probe.Requests + 1, Uses = probe.Uses + 1 } : probe)];
                        list.RemoveAll(static probe => probe.Uses == 2);
                        break;
                }

                for (var one = 0; one < Replicas + 2; one++)
                {
                    var expected = list.Find(probe => probe.Replica == one);
                    Assert.Equal(list.Exists(probe => probe.Replica == one), pool.TryGet(one, out var found));
                    Assert.Equal(expected.Requests, found);
                }

                Assert.Equal(list.Count == 0 ? 0 : list.Select(static probe => probe.Requests).Order().ElementAt((int)(0.84 * (list.Count - 1))), pool.Quantile(0.84));
            }
        }
    }
}
