using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Tests.Routing.Routers.Parts;

public sealed class SlidingSumTests
{
    private const int Slices = 12;

    /// <summary>The amounts of the last twelve slices of the time line, counted from the newest that was ever looked at.</summary>
    [Fact]
    public void Equals_adding_up_what_lies_in_the_last_slices()
    {
        var window = TimeSpan.FromSeconds(120);
        var slice = window.Ticks / Slices;
        for (var seed = 0UL; seed < 50; seed++)
        {
            var rng = new Rng(seed);
            var sum = new SlidingSum();
            var amounts = new List<(long Slice, int Amount)>();
            var now = TimeSpan.Zero;
            for (var i = 0; i < 300; i++)
            {
                // Mostly within a slice, at times to the tick at its end, at times over the whole window.
                now += rng.NextInt32(10) switch
                {
                    0 => TimeSpan.FromSeconds(rng.NextInt32(400)),
                    1 => TimeSpan.FromTicks(slice - (now.Ticks % slice)),
                    _ => TimeSpan.FromSeconds(rng.NextInt32(4)),
                };
                if (rng.NextInt32(2) == 0)
                {
                    var amount = rng.NextInt32(1000);
                    sum.Add(amount, now, window);
                    amounts.Add((now.Ticks / slice, amount));
                }

                var expected = amounts.Where(one => one.Slice > (now.Ticks / slice) - Slices).Sum(static one => one.Amount);
                Assert.Equal(expected, sum.At(now, window));
            }
        }
    }
}
