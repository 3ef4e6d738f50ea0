namespace HalfFull.Tests;

public sealed class BandwidthTests
{
    [Theory]
    [InlineData("25GB/s", 25e9)]
    [InlineData("200Gbit/s", 25e9)]
    [InlineData("1.5TB/s", 1.5e12)]
    [InlineData("1MB/s", 1e6)]
    [InlineData("8Mbit/s", 1e6)]
    [InlineData("1000kB/s", 1e6)]
    public void Reads_a_number_with_its_unit_exactly(string text, double bytesPerSecond)
    {
        Assert.True(Bandwidth.TryParse(text, out var read));

        Assert.Equal(bytesPerSecond, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("25")]
    [InlineData("GB/s")]
    [InlineData("25GB")]
    [InlineData("25 GB/s")]
    [InlineData("25gb/s")]
    [InlineData("-25GB/s")]
    [InlineData("0GB/s")]
    [InlineData("0.5MB/s")]
    [InlineData("1001TB/s")]
    [InlineData("1e3GB/s")]
    public void Refuses_anything_else(string text) => Assert.False(Bandwidth.TryParse(text, out _));

    [Theory]
    [InlineData(25e9, "25GB/s")]
    [InlineData(12.5e9, "12.5GB/s")]
    [InlineData(3.2e12, "3.2TB/s")]
    [InlineData(1e6, "1MB/s")]
    public void Is_printed_in_the_largest_unit_of_bytes(double bytesPerSecond, string text)
    {
        Assert.Equal(text, Bandwidth.Format(bytesPerSecond));
        Assert.True(Bandwidth.TryParse(text, out var read));
        Assert.Equal(bytesPerSecond, read);
    }
}
