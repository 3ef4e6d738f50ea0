using HalfFull.Engine;
using HalfFull.Metrics;
using HalfFull.Migration.Migrators;

namespace HalfFull.Simulation.Tests.Migration;

/// <summary>Requests that are aborted, finish and lose their replicas at any moment of a move.</summary>
public sealed class MigrationInterleavingTests
{
    [Theory]
    [InlineData("vllm")]
    [InlineData("larry")]
    [InlineData("sarathi")]
    public void Every_request_ends_once_with_every_token_it_emitted(string engine)
    {
        var (moved, aborted, stopped) = (0L, 0L, 0);
        for (var seed = 1UL; seed <= 400; seed++)
        {
            var rng = new Rng(seed).Fork("interleaving");
            var options = new LlumnixMigrator.Options { Interval = TimeSpan.FromMilliseconds(3 + rng.NextInt32(10)), Threshold = 20 + rng.NextInt32(100), Last = 1 + rng.NextInt32(10), Stages = 1 + rng.NextInt32(4) };
            var spec = Given.Replica(Given.Limits(blocks: 20 + rng.NextInt32(20), seats: 4), Given.LinearStep);
            var driver = new MigrationDriver(engine, [spec, spec, spec], options);
            var jobs = new List<Job>();
            for (var act = 0; act < 40; act++)
            {
                driver.RunTo(driver.Now + TimeSpan.FromTicks(rng.NextInt32(200_000)));
                switch (rng.NextInt32(12))
                {
                    case 0 when act > 10 && Enumerable.Range(0, 3).Count(driver.Lives) > 1:
                        driver.Crash(Enumerable.Range(0, 3).Where(driver.Lives).ElementAt(rng.NextInt32(Enumerable.Range(0, 3).Count(driver.Lives))));
                        break;
                    case 1 or 2 or 3 when jobs.Count > 0:
                        stopped++;
                        driver.Abort(driver.Sequences[rng.NextInt32(jobs.Count)]);
                        break;
                    default:
                        var home = rng.NextInt32(3);
                        if (driver.Lives(home))
                        {
                            jobs.Add(Given.Job((3 * jobs.Count) + home, prompt: 1 + rng.NextInt32(100), output: 1 + rng.NextInt32(100)));
                            driver.Submit(home, jobs[^1]);
                        }

                        break;
                }
            }

            while (!driver.IsOver)
            {
                driver.RunTo(driver.Now + TimeSpan.FromSeconds(1));
            }

            Assert.Equal(jobs.Select(static job => job.Request.Id), driver.Records.Select(static record => record.Id).Order());
            Assert.Equal(driver.Records.Sum(static record => Math.Max(0L, record.OutputTokens - 1)), driver.Gaps);
            Assert.All(driver.Records, record => Assert.Equal(Math.Min(1, record.OutputTokens), driver.FirstTokens.GetValueOrDefault(record.Id)));
            Assert.All(driver.Sequences, static sequence => Assert.Equal(SequenceState.Gone, sequence.State));
            foreach (var (job, record) in jobs.Zip(driver.Records.OrderBy(static record => record.Id)))
            {
                Assert.True(record.OutputTokens == job.OutputTokens || (record.Outcome == Outcome.Failed && record.OutputTokens < job.OutputTokens), $"seed {seed}: {job} ended as {record}.");
            }

            moved += driver.Migrations.Figures.Completed;
            aborted += driver.Migrations.Figures.Aborted;
        }

        Assert.True(moved > 100 && aborted > 100 && stopped > 100, $"{moved} moves came to their end, {aborted} did not, {stopped} requests were to be aborted.");
    }
}
