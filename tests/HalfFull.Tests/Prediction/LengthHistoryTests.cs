using HalfFull.Prediction;

namespace HalfFull.Tests.Prediction;

public sealed class LengthHistoryTests
{
    [Fact]
    public void Knows_nothing_but_the_limit_at_first() => Assert.Equal(50, new LengthHistory(3).Draw(new Rng(1), generated: 0, limit: 50));

    [Fact]
    public void Draws_only_lengths_beyond_what_has_been_generated_and_within_the_limit()
    {
        var history = new LengthHistory(200);
        var rng = new Rng(1);
        for (var i = 0; i < 1000; i++)
        {
            history.Add(1 + rng.NextInt32(300));
        }

        for (var generated = 0; generated < 400; generated++)
        {
            Assert.InRange(history.Draw(rng, generated, limit: 450), generated + 1, 450);
        }
    }

    [Fact]
    public void Has_the_mean_of_the_lengths_in_its_window_and_forgets_older_ones()
    {
        var history = new LengthHistory(100);
        for (var i = 0; i < 350; i++)
        {
            history.Add(i < 250 ? 9_000 : 10 + (i % 100));
        }

        // The lengths are 10 to 109; drawing between neighbours, and between the last and the limit, adds half a token.
        var rng = new Rng(1);
        var mean = Enumerable.Range(0, 20_000).Average(_ => history.Draw(rng, generated: 0, limit: 110));
        Assert.InRange(mean, 58.5, 60.5);
    }
}
