using HalfFull.Simulation.Fleets;

namespace HalfFull.Simulation.Tests.Fleets;

public sealed class FleetSpecTests
{
    [Theory]
    [InlineData("4", null, "a100:4")]
    [InlineData("4", "h100", "h100:4")]
    [InlineData("a100:2,h100:1", null, "a100:2,h100:1")]
    [InlineData("A100:2", null, "a100:2")]
    [InlineData("prefill:a100:2,decode:A100:4", null, "prefill:a100:2,decode:a100:4")]
    [InlineData("Decode:a40:1,prefill:h100:1,decode:a100:2", null, "decode:a40:1,prefill:h100:1,decode:a100:2")]
    public void A_number_or_groups_are_read(string text, string? gpu, string fleet) =>
        Assert.Equal(fleet, FleetSpec.Parse(text, gpu, "a100").ToString());

    [Fact]
    public void A_range_is_one_fleet_for_each_number() =>
        Assert.Equal([2, 3, 4], FleetSpec.ParseRange("2..4", null, "a100").Select(fleet => fleet.Replicas));

    [Fact]
    public void A_mixed_fleet_names_each_GPU_once() =>
        Assert.Equal("a100+h100", FleetSpec.Parse("a100:2,h100:1,a100:1", null, "a100").Gpu);

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("10001")]
    [InlineData("1.5")]
    [InlineData("")]
    [InlineData("a100:0")]
    [InlineData("a100:")]
    [InlineData(":2")]
    [InlineData("a100:2,")]
    [InlineData("decode:a100:2")]
    [InlineData("prefill:a100:2")]
    [InlineData("prefill:a100:2,decode:a100:1,a100:1")]
    [InlineData("draft:a100:2,decode:a100:2")]
    [InlineData("prefill::2,decode:a100:2")]
    [InlineData("prefill:2,decode:4")]
    [InlineData("prefill:a100:0,decode:a100:2")]
    [InlineData("http://gpu1:8000")]
    [InlineData("4..2")]
    [InlineData("2..")]
    [InlineData("0..3")]
    public void Anything_else_is_refused_with_the_text_in_the_message(string text)
    {
        var error = Assert.Throws<FormatException>(() => FleetSpec.ParseRange(text, null, "a100"));

        Assert.Contains($"'{text}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_and_a_GPU_contradict_each_other() =>
        Assert.Throws<FormatException>(() => FleetSpec.Parse("a100:2", "h100", "a100"));
}
