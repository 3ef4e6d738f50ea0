using HalfFull.Metrics;

namespace HalfFull.Tests.Metrics;

public sealed class RunDocumentTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Writes_the_fields_of_the_schema_in_their_order()
    {
        var path = folder.File("run.json");

        Document().Save(path);

        Assert.Equal(
            """
            {
              "schema": "halffull.run/1",
              "command": "halffull simulate",
              "version": "0.1.0",
              "seed": 1,
              "trace": {
                "name": "chat",
                "sha256": "ab12",
                "requests": 4
              },
              "runs": [
                {
                  "engine": "larry",
                  "router": "sal",
                  "replicas": 4,
                  "fleet": "a100:4",
                  "gpu": "a100",
                  "model": "llama-3-8b",
                  "tp": 1,
                  "stepModel": "fitted",
                  "overhead": null,
                  "kvBlocks": [
                    26674
                  ],
                  "blockSize": 16,
                  "predict": "none",
                  "rateScale": 2,
                  "load": null,
                  "capacityRequestsPerSecond": 31.9,
                  "seed": 1,
                  "requests": 4,
                  "completed": 2,
                  "rejected": 1,
                  "failed": 1,
                  "preemptions": 12,
                  "recomputedTokens": 3456,
                  "makespanSeconds": 1.5,
                  "requestsPerSecond": 10.7,
                  "outputTokensPerSecond": 2270,
                  "ttftSeconds": {
                    "mean": 1,
                    "p50": 2,
                    "p90": 3,
                    "p99": 4,
                    "max": 5
                  },
                  "tpotSeconds": {
                    "mean": 0.1,
                    "p50": 0,
                    "p90": 0,
                    "p99": 0,
                    "max": 0
                  },
                  "itlSeconds": {
                    "mean": 0.2,
                    "p50": 0,
                    "p90": 0,
                    "p99": 0,
                    "max": 0
                  },
                  "e2eSeconds": {
                    "mean": 0.3,
                    "p50": 0,
                    "p90": 0,
                    "p99": 0,
                    "max": 0
                  },
                  "queueSeconds": {
                    "mean": 0.4,
                    "p50": 0,
                    "p90": 0,
                    "p99": 0,
                    "max": 0
                  },
                  "slowdown": {
                    "mean": 0.5,
                    "p50": 0,
                    "p90": 0,
                    "p99": 0,
                    "max": 0
                  },
                  "sloAttainment": 0.97,
                  "goodputRequestsPerSecond": 10.4,
                  "kvUsageMean": 0.61,
                  "imbalance": 1.07,
                  "steps": 81234,
                  "wallSeconds": 0.5,
                  "simulatedRequestsPerSecond": 8,
                  "decisionHash": "ff00"
                }
              ]
            }

            """,
            File.ReadAllText(path));
        Assert.Equal("run.json", Assert.Single(folder.Names()));
    }

    [Fact]
    public void A_document_that_cannot_be_written_leaves_nothing()
    {
        var entry = Entry() with { KvUsageMean = double.NaN };

        Assert.Throws<ArgumentException>(() => (Document() with { Runs = [entry] }).Save(folder.File("run.json")));
        Assert.Empty(folder.Names());
    }

    private static RunDocument Document() =>
        new("halffull simulate", "0.1.0", 1, new TraceIdentity("chat", "ab12", 4), [Entry()]);

    private static RunEntry Entry() => RunEntry.Of(
        new RunSetting
        {
            Engine = "larry",
            Router = "sal",
            Replicas = 4,
            Fleet = "a100:4",
            Gpu = "a100",
            Model = "llama-3-8b",
            Tp = 1,
            StepModel = "fitted",
            Overhead = null,
            KvBlocks = [26674],
            BlockSize = 16,
            Predict = "none",
            RateScale = 2,
            CapacityRequestsPerSecond = 31.9,
            Seed = 1,
        },
        new Summary
        {
            Requests = 4,
            Completed = 2,
            Rejected = 1,
            Failed = 1,
            Preemptions = 12,
            Makespan = TimeSpan.FromSeconds(1.5),
            RequestsPerSecond = 10.7,
            OutputTokensPerSecond = 2270,
            TtftSeconds = new Distribution(1, 2, 3, 4, 5),
            TpotSeconds = new Distribution(0.1, 0, 0, 0, 0),
            ItlSeconds = new Distribution(0.2, 0, 0, 0, 0),
            E2ESeconds = new Distribution(0.3, 0, 0, 0, 0),
            QueueSeconds = new Distribution(0.4, 0, 0, 0, 0),
            Slowdown = new Distribution(0.5, 0, 0, 0, 0),
            SloAttainment = 0.97,
            GoodputRequestsPerSecond = 10.4,
        },
        new RunTotals(RecomputedTokens: 3456, KvUsageMean: 0.61, Imbalance: 1.07, Steps: 81234, WallSeconds: 0.5, DecisionHash: "ff00"));
}
