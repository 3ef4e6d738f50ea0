using HalfFull.Engine.Sampling;

namespace HalfFull.Engine.Tests.Sampling;

public sealed class ArgMaxTests
{
    [Fact]
    public void The_fast_search_equals_the_plain_one_at_every_length_and_place()
    {
        var rng = new Rng(1);
        for (var length = 1; length < 300; length++)
        {
            // Few different values, so that the largest often appears twice.
            var values = Enumerable.Range(0, length).Select(_ => (float)rng.NextInt32(1 + (length / 2)) - 5).ToArray();
            Assert.Equal(ArgMax.Plain(values), ArgMax.Of(values));
            for (var place = 0; place < length; place += 7)
            {
                var peak = (float[])values.Clone();
                peak[place] = 1000;
                Assert.Equal(place, ArgMax.Of(peak));
            }
        }
    }

    [Fact]
    public void What_is_no_number_is_never_the_largest()
    {
        foreach (var length in new[] { 5, 100, 1001 })
        {
            var values = Enumerable.Repeat(float.NaN, length).ToArray();
            Assert.Equal(0, ArgMax.Of(values));
            values[length / 2] = -3;
            values[length - 1] = float.NegativeInfinity;
            Assert.Equal(length / 2, ArgMax.Of(values));
            Assert.Equal(length / 2, ArgMax.Plain(values));
        }
    }
}
