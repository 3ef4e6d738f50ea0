using HalfFull.Traces;
using HalfFull.Traces.Decisions;

namespace HalfFull.Tests.Traces.Decisions;

public sealed class DecisionLogTraceTests : IDisposable
{
    private readonly WrittenLog log = new();

    public void Dispose() => log.Dispose();

    [Fact]
    public void Rows_are_the_requests_by_true_arrival_with_told_lengths()
    {
        log.Begin().Play(30).Close();
        log.Begin(run: 2).Play(10).Close();
        var trace = TraceSource.Open(log.Path);
        var rows = trace.Rows().ToArray();

        Assert.Equal(40, rows.Length);
        Assert.Equal((TimeSpan.Zero, 91, 7, null, "t1"), (rows[0].Arrival, rows[0].PromptTokens, rows[0].OutputTokens, rows[0].MaxOutputTokens, rows[0].Tenant));
        Assert.Equal((TimeSpan.FromSeconds(0.1), 50), (rows[1].Arrival, rows[1].MaxOutputTokens));
        Assert.Equal([1, 2], rows[0].PrefixHashes.ToArray());
        Assert.Equal(128, rows[0].PrefixUnitTokens);

        // The second run began an hour later by the wall clock.
        Assert.Equal(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(3), rows[30].Arrival);
        Assert.Equal(rows.Select(row => row.Arrival), trace.Rows().Select(row => row.Arrival));
        Assert.Equal(64, trace.Sha256.Length);
        Assert.Equal(trace.Sha256, TraceSource.Open(log.Path).Sha256);
    }

    [Fact]
    public void Requests_without_a_token_and_open_ones_are_left_out_and_counted()
    {
        log.Begin().Play(5).Play(3, RequestEnding.Failed).Play(2, RequestEnding.Refused).Drain();
        log.Encoder.Arrived(Given.Request(900), hasOwnLimit: true);
        log.Close();
        var trace = DecisionLogTrace.Open(log.Path);
        Assert.Equal(5, trace.Rows().Count());
        Assert.Equal(6, trace.LeftOut);
    }

    [Fact]
    public void A_damaged_log_is_no_trace_and_one_of_nothing_neither()
    {
        log.Begin(fileBytes: 1 << 20).Play(5, RequestEnding.Cancelled).Close();
        Assert.Contains("no request that got a token", Assert.Throws<TraceException>(() => DecisionLogTrace.Open(log.Path).Rows()).Message, StringComparison.Ordinal);
        var bytes = File.ReadAllBytes(log.Files[0]);
        bytes[^1] ^= 4;
        File.WriteAllBytes(log.Files[0], bytes);
        Assert.Contains($"{log.Files[0]}, offset ", Assert.Throws<TraceException>(() => DecisionLogTrace.Open(log.Path).Rows()).Message, StringComparison.Ordinal);
    }
}
