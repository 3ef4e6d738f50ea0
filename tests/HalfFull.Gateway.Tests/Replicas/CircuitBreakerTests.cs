using HalfFull.Gateway.Replicas;

namespace HalfFull.Gateway.Tests.Replicas;

public sealed class CircuitBreakerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Opens_after_failures_in_a_row_only()
    {
        var breaker = new CircuitBreaker(2, Second);
        breaker.Failed(wasProbe: false, TimeSpan.Zero);
        breaker.Succeeded(wasProbe: false);
        breaker.Failed(wasProbe: false, TimeSpan.Zero);
        Assert.True(breaker.Allows(TimeSpan.Zero));
        breaker.Failed(wasProbe: false, TimeSpan.Zero);
        Assert.False(breaker.Allows(TimeSpan.Zero));
    }

    [Fact]
    public void Lets_one_probe_through_and_closes_when_it_succeeds()
    {
        var breaker = Open();
        Assert.False(breaker.Allows(Second / 2));
        Assert.Equal(BreakerState.HalfOpen, breaker.StateAt(Second));
        Assert.True(breaker.Begin(Second));
        Assert.False(breaker.Allows(Second));

        breaker.Succeeded(wasProbe: false);
        Assert.False(breaker.Allows(Second));
        breaker.Succeeded(wasProbe: true);
        Assert.Equal(BreakerState.Closed, breaker.StateAt(Second));
    }

    [Fact]
    public void Stays_open_twice_as_long_when_the_probe_fails()
    {
        var breaker = Open();
        Assert.True(breaker.Begin(Second));
        breaker.Failed(wasProbe: true, Second);
        Assert.False(breaker.Allows(Second * 2.5));
        Assert.True(breaker.Allows(Second * 3));
    }

    [Fact]
    public void A_probe_that_tells_nothing_makes_room_for_the_next()
    {
        var breaker = Open();
        Assert.True(breaker.Begin(Second));
        breaker.Undecided(wasProbe: true);
        Assert.True(breaker.Allows(Second));
    }

    private static CircuitBreaker Open()
    {
        var breaker = new CircuitBreaker(1, Second);
        breaker.Failed(wasProbe: false, TimeSpan.Zero);
        return breaker;
    }
}
