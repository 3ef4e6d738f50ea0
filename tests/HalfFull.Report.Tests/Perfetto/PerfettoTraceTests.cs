using System.Text.Json;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Report.Perfetto;
using HalfFull.Simulation.Fleets;
using HalfFull.Simulation.Runs;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Report.Tests.Perfetto;

public sealed class PerfettoTraceTests
{
    private static readonly Lazy<(JsonElement Trace, RunResult Result, List<RequestRecord> Records)> Traced = new(() => Play());

    private static IEnumerable<JsonElement> Events => Traced.Value.Trace.GetProperty("traceEvents").EnumerateArray();

    [Fact]
    public void Every_step_is_a_slice_and_steps_of_a_replica_do_not_overlap()
    {
        var steps = Events.Where(one => Kind(one) == "X" && one.GetProperty("args").TryGetProperty("decodeSequences", out _)).ToArray();

        Assert.Equal(Traced.Value.Result.Entry.Steps, steps.Length);
        AssertApart(steps);
    }

    [Fact]
    public void Lanes_of_requests_do_not_overlap_and_add_up_to_the_lives_of_the_requests()
    {
        var phases = Events.Where(one => Kind(one) == "X" && one.GetProperty("args").TryGetProperty("request", out _)).ToArray();

        AssertApart(phases);
        foreach (var request in phases.GroupBy(one => one.GetProperty("args").GetProperty("request").GetInt64()))
        {
            var record = Traced.Value.Records.Single(record => record.Id == request.Key);
            Assert.Equal(record.E2E.Ticks / 10m, request.Sum(one => one.GetProperty("dur").GetDecimal()));
        }

        Assert.Contains(phases, one => one.GetProperty("name").GetString() == "preempted");
        Assert.Contains(phases, one => one.GetProperty("args").TryGetProperty("tenant", out _));
    }

    [Fact]
    public void Every_replica_is_a_named_process_with_counters_that_end_at_zero()
    {
        var names = Events.Where(one => Kind(one) == "M" && one.GetProperty("name").GetString() == "process_name").Select(one => one.GetProperty("args").GetProperty("name").GetString());
        Assert.Equal(["one", "two"], names);

        foreach (var counter in Events.Where(one => Kind(one) == "C").GroupBy(one => (one.GetProperty("pid").GetInt32(), one.GetProperty("name").GetString())))
        {
            Assert.All(counter.Last().GetProperty("args").EnumerateObject(), value => Assert.Equal(0, value.Value.GetInt64()));
            Assert.Contains(counter, one => one.GetProperty("args").EnumerateObject().Any(value => value.Value.GetInt64() > 0));
        }

        Assert.Equal(4, Events.Where(one => Kind(one) == "C").Select(one => (one.GetProperty("pid").GetInt32(), one.GetProperty("name").GetString())).Distinct().Count());
        Assert.Equal("chat </script>", Traced.Value.Trace.GetProperty("otherData").GetProperty("trace").GetString());
    }

    [Fact]
    public void A_trace_does_not_depend_on_fast_forward()
    {
        var events = Play(fastForward: false).Trace.GetProperty("traceEvents").EnumerateArray();

        // A replica that runs ahead is written ahead of the others, and a counter of a held step when that has ended.
        Assert.Equal(InOrder(Events), InOrder(events));

        static IEnumerable<string> InOrder(IEnumerable<JsonElement> events) =>
            events.Select(one => one.GetRawText()).Order(StringComparer.Ordinal);
    }

    private static string? Kind(JsonElement one) => one.GetProperty("ph").GetString();

    private static void AssertApart(IEnumerable<JsonElement> slices)
    {
        foreach (var track in slices.GroupBy(one => one.GetProperty("tid").GetInt32()))
        {
            var end = 0m;
            foreach (var slice in track.OrderBy(one => one.GetProperty("ts").GetDecimal()))
            {
                Assert.True(slice.GetProperty("ts").GetDecimal() >= end);
                Assert.True(slice.GetProperty("dur").GetDecimal() > 0);
                end = slice.GetProperty("ts").GetDecimal() + slice.GetProperty("dur").GetDecimal();
            }
        }
    }

    private static (JsonElement Trace, RunResult Result, List<RequestRecord> Records) Play(bool fastForward = true)
    {
        using var stream = new MemoryStream();
        using var trace = new PerfettoTrace(stream, ["one", "two"], ("trace", "chat </script>"));
        var records = new RecordList();
        var result = SimulationRun.Execute(
            new RunPlan
            {
                Engine = PolicySpec.Parse("vllm"),
                Router = PolicySpec.Parse("sal"),
                Fleet = Fleet.Build(FleetSpec.Of("a100", 2), new FleetOptions { KvBlocks = 600 }),
                Traffic = new Traffic(WorkloadCatalog.Open("multi-tenant", new WorkloadOptions { Limit = 300, RequestsPerSecond = 40 })),
                FastForward = fastForward,
            },
            records,
            trace);
        trace.Complete();
        return (JsonDocument.Parse(stream.ToArray()).RootElement.Clone(), result, records.Records);
    }

    private sealed class RecordList : IRecordSink
    {
        public List<RequestRecord> Records { get; } = [];

        public void Add(in RequestRecord record) => Records.Add(record);
    }
}
