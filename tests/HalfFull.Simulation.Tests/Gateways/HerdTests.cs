namespace HalfFull.Simulation.Tests.Gateways;

/// <summary>Old reports invite herds: whoever looked idle gets everything until the next report. What the own ledger and the spread of costs do against it.</summary>
public sealed class HerdTests
{
    private const int Replicas = 8;

    /// <summary>
    /// Requests that the busiest replica gets in half a second over the mean, with reports of a second and 150 requests a second. Sending anywhere at random gives
    /// about 1.6; all to one, 8.
    /// </summary>
    [Theory]
    [InlineData(1, "sal", 1.9)]
    [InlineData(4, "sal", 1.95)]
    [InlineData(16, "sal", 2.05)]
    [InlineData(1, "least-requests", 1.3)]
    [InlineData(4, "least-requests", 1.4)]
    [InlineData(16, "least-requests", 1.5)]
    public void The_fullest_replica_stays_near_the_mean(int gateways, string router, double most)
    {
        Assert.InRange(Herd(gateways, router), 1, most);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(16)]
    public void Without_corrections_sal_herds_more(int gateways)
    {
        var (with, without) = (Herd(gateways, "sal"), Herd(gateways, "sal:corrections=false,eps=0"));

        Assert.True(without > 1.3 * with, $"{without} without corrections, {with} with them.");
    }

    private static double Herd(int gateways, string router)
    {
        var fleet = Enumerable.Repeat(Given.Replica(Given.Limits(blocks: 20_000), Given.LinearStep), Replicas).ToArray();
        var setup = Given.Setup("vllm", router, fleet) with { SnapshotAge = TimeSpan.FromSeconds(1), Gateways = gateways, CheckInvariants = false };
        var run = Given.Run(setup, Given.PoissonJobs(3000, rate: 150, prompt: 200, output: 100));

        // Of each replica: arrivals in windows of half a second; the fullest replica of each window against the mean.
        var windows = run.Records.Where(static record => record.Arrival > TimeSpan.FromSeconds(2)).GroupBy(static record => record.Arrival.Ticks / (TimeSpan.TicksPerSecond / 2));
        return windows.Where(static window => window.Count() > 50)
            .Average(window => window.GroupBy(static record => record.Replica).Max(static replica => replica.Count()) / ((double)window.Count() / Replicas));
    }
}
