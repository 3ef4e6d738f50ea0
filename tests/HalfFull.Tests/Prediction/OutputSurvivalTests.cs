using HalfFull.Prediction;

namespace HalfFull.Tests.Prediction;

public sealed class OutputSurvivalTests
{
    [Fact]
    public void Without_history_it_is_the_prior()
    {
        var survival = new OutputSurvival(1000, 2);
        survival.Refresh();

        Assert.Equal(1, survival.At(0));
        Assert.Equal(128 / 160.0, survival.At(2), 1e-15);
        Assert.Equal(128 / (128 + 1_600_000.0), survival.At(100_000), 1e-15);
    }

    /// <summary>Outputs 10, 40, 40, 100 and a prior worth 2: S(32) = (3 + 2 * 0.8) / 6.</summary>
    [Fact]
    public void Counts_how_many_outputs_reach_a_bin()
    {
        var survival = new OutputSurvival(1000, 2);
        foreach (var output in new[] { 10, 40, 40, 100 })
        {
            survival.Add(output);
        }

        Assert.Equal(1, Refreshed().At(0));
        Assert.Equal((3 + 1.6) / 6, Refreshed().At(2), 1e-15);
        Assert.Equal((1 + (2 * 128 / 176.0)) / 6, Refreshed().At(3), 1e-15);

        OutputSurvival Refreshed()
        {
            survival.Refresh();
            return survival;
        }
    }

    [Fact]
    public void Changes_only_when_refreshed()
    {
        var survival = new OutputSurvival(1000, 2);
        survival.Refresh();
        survival.Add(500);
        Assert.Equal(128 / 160.0, survival.At(2), 1e-15);
        Assert.Equal(0.8, survival.AliveAt(0)[2], 1e-15);
        survival.Refresh();
        Assert.Equal(2.6 / 3, survival.At(2), 1e-15);
        Assert.Equal(2.6 / 3, survival.AliveAt(0)[2], 1e-15);
    }

    /// <summary>With windows that overflow, priors of other histories and lengths far beyond the table.</summary>
    [Fact]
    public void Equals_the_definition_and_never_rises()
    {
        for (var seed = 0UL; seed < 60; seed++)
        {
            var rng = new Rng(seed);
            var window = 1 + rng.NextInt32(60);
            var weight = 0.01 + (rng.NextDouble() * 20);
            var longest = 1 + rng.NextInt32(5000);
            var prior = new OutputSurvival(50, 2);
            var survival = new OutputSurvival(window, weight);
            var outputs = new List<int>();
            var priorOutputs = new List<int>();
            for (var i = rng.NextInt32(150); i > 0; i--)
            {
                outputs.Add(rng.NextInt32(longest));
                survival.Add(outputs[^1]);
                priorOutputs.Add(rng.NextInt32(3000));
                prior.Add(priorOutputs[^1]);
            }

            prior.Refresh();
            survival.Refresh(seed % 2 == 0 ? null : prior);
            var last = 1.0;
            for (var bin = 0; bin < 400; bin++)
            {
                var x = 16.0 * bin;
                var before = seed % 2 == 0 ? 128 / (128 + x) : Definition(priorOutputs.TakeLast(50).ToArray(), 2, x, 128 / (128 + x));
                var expected = Definition(outputs.TakeLast(window).ToArray(), weight, x, before);
                Assert.Equal(expected, survival.At(bin), expected * 1e-12);
                Assert.InRange(survival.At(bin), double.Epsilon, last);
                last = survival.At(bin);
            }

            foreach (var generated in new[] { 0, 1, 7, 8, 15, 16, 100, 103, 104, 3000, 20_000 })
            {
                var alive = survival.AliveAt(generated);
                for (var i = 0; i < SurvivalHorizons.Count; i++)
                {
                    var expected = survival.At((generated + (int)SurvivalHorizons.Steps[i]) / 16) / survival.At(generated / 16);
                    Assert.Equal(expected, alive[i]);
                }
            }
        }

        static double Definition(int[] outputs, double weight, double x, double prior) =>
            (outputs.Count(output => output >= x) + (weight * prior)) / (outputs.Length + weight);
    }

    [Fact]
    public void Horizons_below_a_number_of_steps_are_counted_and_now_is_always_one()
    {
        for (var steps = 0; steps < 2100; steps++)
        {
            Assert.Equal(Math.Max(1, SurvivalHorizons.Steps.Count(horizon => horizon < steps)), SurvivalHorizons.CountBelow(steps));
        }
    }
}
