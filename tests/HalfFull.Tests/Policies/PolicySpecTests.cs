using HalfFull.Policies;

namespace HalfFull.Tests.Policies;

public sealed class PolicySpecTests
{
    [Fact]
    public void A_name_alone_has_no_options()
    {
        var spec = PolicySpec.Parse("round-robin");

        Assert.Equal("round-robin", spec.Name);
        Assert.Empty(spec.Options);
        Assert.Equal("round-robin", spec.ToString());
    }

    [Fact]
    public void The_canonical_text_sorts_options_by_name()
    {
        var spec = PolicySpec.Parse("larry:z=1,a=60");

        Assert.Equal("larry:a=60,z=1", spec.ToString());
        Assert.Equal(PolicySpec.Parse("larry:a=60,z=1"), spec);
        Assert.Equal(PolicySpec.Parse(spec.ToString()).GetHashCode(), spec.GetHashCode());
        Assert.NotEqual(PolicySpec.Parse("larry:a=60"), spec);
    }

    [Fact]
    public void A_bundle_carries_its_release()
    {
        var spec = PolicySpec.Parse("vllm@0.11:watermark=0.02");

        Assert.Equal("vllm@0.11", spec.Name);
        Assert.Equal([KeyValuePair.Create("watermark", "0.02")], spec.Options);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Larry")]
    [InlineData("larry_2")]
    [InlineData("-larry")]
    [InlineData("larry-")]
    [InlineData("vllm@")]
    [InlineData("vllm@0.11@x")]
    [InlineData("a-name-of-21-letters-")]
    [InlineData("a-name-of-twenty-one-x")]
    public void A_malformed_name_is_named_with_what_is_accepted(string name)
    {
        var error = Assert.Throws<PolicyException>(() => PolicySpec.Parse(name + ":a=1"));

        Assert.Equal(
            $"Policy name '{name}' in '{name}:a=1' is not of the accepted form: lower-case letters, digits and single hyphens, at most 20 characters, with an optional release as in vllm@0.11.",
            error.Message);
    }

    [Theory]
    [InlineData("larry:", "")]
    [InlineData("larry:a", "a")]
    [InlineData("larry:a=", "a=")]
    [InlineData("larry:=1", "=1")]
    [InlineData("larry:a=1,", "")]
    public void A_malformed_option_is_named_with_what_is_accepted(string text, string part)
    {
        var error = Assert.Throws<PolicyException>(() => PolicySpec.Parse(text));

        Assert.Equal($"'{part}' in '{text}' is not an option of the form name=value, as in larry:a=60,z=1.", error.Message);
    }

    [Fact]
    public void An_option_given_twice_is_refused()
    {
        var error = Assert.Throws<PolicyException>(() => PolicySpec.Parse("larry:a=1,z=2,a=1"));

        Assert.Equal("Option 'a' is given twice in 'larry:a=1,z=2,a=1'; give it once.", error.Message);
    }
}
