using HalfFull.Metrics;

namespace HalfFull.Tests.Metrics;

public sealed class SloTests
{
    [Fact]
    public void Reads_bounds_in_any_order_and_prints_them_in_one()
    {
        var slo = Slo.Parse("e2e=30s, tpot=100ms,ttft=2s");

        Assert.Equal(new Slo(TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30)), slo);
        Assert.Equal("ttft=2s,tpot=100ms,e2e=30s", slo.ToString());
        Assert.Equal(slo, Slo.Parse(slo.ToString()));
    }

    [Theory]
    [InlineData("", "'' in SLO '' is not a bound such as ttft=2s, tpot=100ms or e2e=30s.")]
    [InlineData("ttft", "'ttft' in SLO 'ttft' is not a bound such as ttft=2s, tpot=100ms or e2e=30s.")]
    [InlineData("ttft=2", "'ttft=2' in SLO 'ttft=2' is not a bound such as ttft=2s, tpot=100ms or e2e=30s.")]
    [InlineData("ttft=0s", "'ttft=0s' in SLO 'ttft=0s' is not a bound such as ttft=2s, tpot=100ms or e2e=30s.")]
    [InlineData("itl=2s", "'itl' in SLO 'itl=2s' is not one of ttft, tpot and e2e.")]
    [InlineData("ttft=2s,ttft=3s", "'ttft' is given twice in SLO 'ttft=2s,ttft=3s'; give it once.")]
    public void A_bad_bound_is_named(string text, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<FormatException>(() => Slo.Parse(text)).Message);

    // TTFT 2 s; 11 tokens in 1 s after the first: TPOT 100 ms; E2E 3 s.
    [Theory]
    [InlineData("ttft=2s,tpot=100ms,e2e=3s", true)]
    [InlineData("ttft=1999ms", false)]
    [InlineData("tpot=99ms", false)]
    [InlineData("e2e=2999ms", false)]
    public void Every_bound_must_hold_and_is_met_when_reached(string text, bool met) =>
        Assert.Equal(met, Slo.Parse(text).Meets(Given.Record(firstToken: 2, finish: 3, outputTokens: 11)));

    [Fact]
    public void One_output_token_meets_any_bound_on_time_per_token() =>
        Assert.True(Slo.Parse("tpot=1ms").Meets(Given.Record(firstToken: 2, finish: 2, outputTokens: 1)));

    [Theory]
    [InlineData(Outcome.Rejected)]
    [InlineData(Outcome.Failed)]
    public void A_request_that_did_not_complete_meets_nothing(Outcome outcome) =>
        Assert.False(Slo.None.Meets(Given.Record(outcome: outcome)));
}
