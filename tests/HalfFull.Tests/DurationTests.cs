namespace HalfFull.Tests;

public sealed class DurationTests
{
    [Theory]
    [InlineData("0ms", 0)]
    [InlineData("250ms", 2_500_000)]
    [InlineData("2s", 20_000_000)]
    [InlineData("1.5s", 15_000_000)]
    [InlineData("3min", 1_800_000_000)]
    [InlineData("1h", 36_000_000_000)]
    [InlineData("0.1us", 1)]
    public void Reads_a_number_with_its_unit_exactly(string text, long ticks) =>
        Assert.Equal(ticks, Duration.Parse(text).Ticks);

    [Theory]
    [InlineData("")]
    [InlineData("2")]
    [InlineData("s")]
    [InlineData("-2s")]
    [InlineData("2 s")]
    [InlineData("2S")]
    [InlineData("1,5s")]
    [InlineData("NaNs")]
    [InlineData("1e3s")]
    [InlineData("99999999999h")]
    public void Refuses_anything_else_and_says_what_is_accepted(string text)
    {
        var error = Assert.Throws<FormatException>(() => Duration.Parse(text));

        Assert.Equal($"'{text}' is not a duration such as 250ms, 2s, 3min or 1h.", error.Message);
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(1, "0.1us")]
    [InlineData(500_000, "50ms")]
    [InlineData(15_000_000, "1500ms")]
    [InlineData(900_000_000, "90s")]
    [InlineData(1_200_000_000, "2min")]
    [InlineData(36_000_000_000, "1h")]
    public void Is_printed_as_a_whole_number_of_the_largest_unit_that_allows_one(long ticks, string text) =>
        Assert.Equal(text, Duration.Format(TimeSpan.FromTicks(ticks)));

    [Fact]
    public void Printing_and_reading_again_gives_the_same_ticks()
    {
        var rng = new Rng(1);
        for (var i = 0; i < 1_000; i++)
        {
            var duration = TimeSpan.FromTicks((long)(rng.NextUInt64() >> rng.NextInt32(62) >> 2));

            Assert.Equal(duration, Duration.Parse(Duration.Format(duration)));
        }
    }
}
