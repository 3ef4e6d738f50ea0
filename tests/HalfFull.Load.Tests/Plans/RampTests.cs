using HalfFull.Load.Plans;

namespace HalfFull.Load.Tests.Plans;

public sealed class RampTests
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_flat_ramp_is_a_constant_rate() =>
        Assert.Equal(TimeSpan.FromSeconds(5), new Ramp(4, 4).At(20, Length));

    [Fact]
    public void Expected_arrivals_are_the_area_under_the_rate()
    {
        // From 0 to 10 requests/s over 10 s: t seconds hold t^2 / 2 arrivals.
        Assert.Equal(TimeSpan.FromSeconds(2), new Ramp(0, 10).At(2, Length));
        Assert.Equal(TimeSpan.FromSeconds(10), new Ramp(0, 10).At(50, Length));

        // From 10 to 0: the first half holds three quarters.
        Assert.Equal(5, new Ramp(10, 0).At(37.5, Length).TotalSeconds, 6);
        Assert.Equal(TimeSpan.Zero, new Ramp(10, 0).At(0, Length));
    }

    [Theory]
    [InlineData("1..20", 1, 20)]
    [InlineData("0..2.5", 0, 2.5)]
    public void A_ramp_is_read(string text, double from, double to) => Assert.Equal(new Ramp(from, to), Ramp.Parse(text));

    [Theory]
    [InlineData("5")]
    [InlineData("0..0")]
    [InlineData("-1..2")]
    [InlineData("1..x")]
    public void What_is_no_ramp_is_quoted(string text) =>
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => Ramp.Parse(text)).Message, StringComparison.Ordinal);
}
