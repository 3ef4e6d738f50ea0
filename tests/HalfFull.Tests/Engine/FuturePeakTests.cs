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
}
