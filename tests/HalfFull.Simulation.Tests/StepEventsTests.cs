namespace HalfFull.Simulation.Tests;

public sealed class StepEventsTests
{
    [Fact]
    public void Is_always_a_table_sorted_by_time_then_replica()
    {
        for (var seed = 1UL; seed <= 40; seed++)
        {
            var rng = new Rng(seed);
            var replicas = 1 + rng.NextInt32(20);
            var events = new StepEvents(replicas);
            var table = new SortedDictionary<int, TimeSpan>();
            for (var i = 0; i < 200; i++)
            {
                Change(rng, events, table, rng.NextInt32(replicas));
                AssertSame(events, table, replicas);
            }

            Drain(events, table);
        }
    }

    [Fact]
    public void Equal_times_come_in_the_order_of_replicas()
    {
        var events = new StepEvents(5);
        foreach (var replica in new[] { 3, 1, 4, 0, 2 })
        {
            events.Set(replica, TimeSpan.FromSeconds(1));
        }

        var order = new List<int>();
        while (events.Any)
        {
            order.Add(events.First);
            events.Remove(events.First);
        }

        Assert.Equal([0, 1, 2, 3, 4], order);
    }

    private static void Change(Rng rng, StepEvents events, SortedDictionary<int, TimeSpan> table, int replica)
    {
        if (rng.NextInt32(3) == 0 && events.Has(replica))
        {
            events.Remove(replica);
            table.Remove(replica);
            return;
        }

        // Few different times, so that many are equal.
        var time = TimeSpan.FromSeconds(rng.NextInt32(8));
        events.Set(replica, time);
        table[replica] = time;
    }

    private static void AssertSame(StepEvents events, SortedDictionary<int, TimeSpan> table, int replicas)
    {
        Assert.Equal(table.Count > 0, events.Any);
        for (var replica = 0; replica < replicas; replica++)
        {
            Assert.Equal(table.ContainsKey(replica), events.Has(replica));
        }

        if (table.Count > 0)
        {
            var first = table.MinBy(entry => entry.Value);
            Assert.Equal((first.Key, first.Value), (events.First, events.FirstTime));
        }
    }

    private static void Drain(StepEvents events, SortedDictionary<int, TimeSpan> table)
    {
        foreach (var (replica, time) in table.OrderBy(entry => entry.Value).ThenBy(entry => entry.Key))
        {
            Assert.Equal((replica, time), (events.First, events.FirstTime));
            events.Remove(replica);
        }

        Assert.False(events.Any);
    }
}
