using HalfFull.Load.Comparing;

namespace HalfFull.Load.Tests.Comparing;

public sealed class GatewayPolicyTests
{
    [Theory]
    [InlineData("router=sal,queue=larry", "sal", "larry")]
    [InlineData("queue=larry,router=sal", "sal", "larry")]
    [InlineData("router=sal", "sal", null)]
    [InlineData("queue=larry:a=60,z=1", null, "larry:a=60,z=1")]
    [InlineData("router=sal:x=1,y=2, queue=larry:a=60,z=1", "sal:x=1,y=2", "larry:a=60,z=1")]
    public void Options_of_a_policy_may_have_commas(string text, string? router, string? queue) =>
        Assert.Equal(new GatewayPolicy(router, queue), GatewayPolicy.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("sal")]
    [InlineData("router=")]
    [InlineData("sal,router=sal")]
    [InlineData("router=sal,router=p2c")]
    [InlineData("routes=sal")]
    public void Anything_else_is_quoted_with_an_example(string text)
    {
        var error = Assert.Throws<FormatException>(() => GatewayPolicy.Parse(text));
        Assert.Equal($"'{text}' is not a policy of a gateway such as router=sal,queue=larry.", error.Message);
    }

    [Fact]
    public void What_is_left_open_is_taken_from_another() =>
        Assert.Equal("router=sal,queue=fcfs", GatewayPolicy.Parse("router=sal").Or(new GatewayPolicy("p2c", "fcfs")).ToString());
}
