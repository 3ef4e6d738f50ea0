using HalfFull.Engine;

namespace HalfFull.Tests.Engine;

public sealed class FuturePeakTests
{
    [Fact]
    public void The_peak_comes_just_before_the_first_large_one_leaves()
    {
        // After 3 steps: 10+3 + 20+3 = 36; the second then leaves; after 8: 10+8 = 18.
        var peak = new FuturePeak();
        peak.Add(10, 8);
        peak.Add(20, 3);
        Assert.Equal(36, peak.Tokens());

        peak.Clear();
        Assert.Equal(0, peak.Tokens());
        peak.Add(5, 0);
        Assert.Equal(6, peak.Tokens());
    }

    [Fact]
    public void Equals_playing_the_future_step_by_step()
    {
        var peak = new FuturePeak();
        for (var seed = 0UL; seed < 200; seed++)
        {
            var rng = new Rng(seed);
            var members = Enumerable.Range(0, rng.NextInt32(80)).Select(_ => (Held: rng.NextInt32(300), Left: 1 + rng.NextInt32(60))).ToArray();
            peak.Clear();
            foreach (var (held, left) in members)
            {
                peak.Add(held, left);
            }

            var largest = 0L;
            for (var step = 1; step <= 60; step++)
            {
                largest = Math.Max(largest, members.Where(member => member.Left >= step).Sum(member => (long)member.Held + step));
            }

            Assert.Equal(largest, peak.Tokens());
        }
    }

    /// <summary>As a scheduler asks: some members at once, then one candidate after the other.</summary>
    [Fact]
    public void Asked_in_between_it_gives_what_one_made_anew_gives()
    {
        var peak = new FuturePeak();
        for (var seed = 0UL; seed < 100; seed++)
        {
            var rng = new Rng(seed);
            var members = new List<(int Held, int Left)>();
            peak.Clear();
            for (var asked = 0; asked < 20; asked++)
            {
                for (var added = rng.NextInt32(2) == 0 ? 1 : rng.NextInt32(30); added > 0; added--)
                {
                    members.Add((rng.NextInt32(300), rng.NextInt32(8) == 0 ? rng.NextInt32(int.MaxValue) : rng.NextInt32(20)));
                    peak.Add(members[^1].Held, members[^1].Left);
                }

                var anew = new FuturePeak();
                members.ForEach(member => anew.Add(member.Held, member.Left));
                Assert.Equal(anew.Tokens(), peak.Tokens());
                Assert.Equal(Plain(members), peak.Tokens());
            }
        }
    }

    private static long Plain(List<(int Held, int Left)> members)
    {
        var (peak, sum, count) = (0L, 0L, 0);
        foreach (var (held, left) in members.OrderByDescending(static member => member.Left))
        {
            sum += held;
            peak = Math.Max(peak, sum + ((long)Math.Max(1, left) * ++count));
        }

        return peak;
    }
}
