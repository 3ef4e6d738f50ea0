using HalfFull.Prediction;

namespace HalfFull.Tests.Prediction;

public sealed class TenantOutputsTests
{
    private readonly TenantOutputs outputs = new(2);

    [Fact]
    public void Tenants_are_numbered_in_order_of_appearance_and_nobody_is_everybody()
    {
        Assert.Equal([0, 1, 2, 1], new[] { null, "b", "a", "b" }.Select(outputs.IndexOf));
        Assert.Equal(77, outputs.Mean(0, 77));
    }

    /// <summary>Two outputs of 100 and 40 beside 20 of the mean of all.</summary>
    [Fact]
    public void The_mean_is_shrunk_towards_that_of_all()
    {
        var tenant = outputs.IndexOf("a");
        Assert.Equal(256, outputs.Mean(tenant, 256));
        outputs.Finished(tenant, 100);
        outputs.Finished(tenant, 40);
        Assert.Equal((140 + (20 * 256.0)) / 22, outputs.Mean(tenant, 256), 1e-12);
        Assert.Equal(256, outputs.Mean(outputs.IndexOf("other"), 256));
    }

    [Fact]
    public void Sum_and_count_are_halved_at_five_hundred()
    {
        var tenant = outputs.IndexOf("a");
        for (var i = 0; i < 500; i++)
        {
            outputs.Finished(tenant, 10);
        }

        Assert.Equal((2500 + (20 * 100.0)) / 270, outputs.Mean(tenant, 100), 1e-12);
    }

    /// <summary>S_t(x) = (#{O_t >= x} + 20 S(x)) / (n_t + 20), over the tenant's last 400, beside S over the last 1,000 of all.</summary>
    [Fact]
    public void Survival_of_a_tenant_is_shrunk_towards_that_of_all()
    {
        var rng = new Rng(5);
        var all = new List<int>();
        var own = new List<int>();
        var tenant = outputs.IndexOf("a");
        for (var i = 0; i < 2000; i++)
        {
            var mine = rng.NextInt32(2) == 0;
            var output = 1 + rng.NextInt32(mine ? 200 : 2000);
            outputs.Finished(mine ? tenant : 0, output);
            all.Add(output);
            if (mine)
            {
                own.Add(output);
            }

            if (all.Count % 50 != 0)
            {
                continue;
            }

            var (recent, ownRecent) = (all.TakeLast(1000).ToArray(), own.TakeLast(400).ToArray());
            foreach (var x in new[] { 0, 16, 160, 208, 1600, 16_000 })
            {
                var s = (recent.Count(value => value >= x) + (2 * 128.0 / (128 + x))) / (recent.Length + 2);
                Assert.Equal(s, outputs.Survival(0).At(x / 16), 1e-12);
                Assert.Equal((ownRecent.Count(value => value >= x) + (20 * s)) / (ownRecent.Length + 20), outputs.Survival(tenant).At(x / 16), 1e-12);
            }
        }
    }

    [Fact]
    public void Tables_change_every_fifty_finishes()
    {
        for (var i = 0; i < 49; i++)
        {
            outputs.Finished(0, 1000);
        }

        Assert.Equal(0.8, outputs.Survival(0).At(2), 1e-15);
        outputs.Finished(0, 1000);
        Assert.Equal((50 + 1.6) / 52, outputs.Survival(0).At(2), 1e-15);
    }
}
