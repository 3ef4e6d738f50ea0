using HalfFull.Gateway.Access;
using HalfFull.Gateway.Http;

namespace HalfFull.Gateway.Tests.Access;

public sealed class RateLimitTests
{
    private static readonly KeyHash Hash = KeyHash.Of("0123456789abcdef");

    [Fact]
    public void Requests_are_granted_by_the_minute_and_the_wait_is_told()
    {
        var limit = Limit(requests: 3);
        for (var i = 0; i < 3; i++)
        {
            limit.Reserve(Ask(10), TimeSpan.Zero).Dispose();
        }

        var refused = Assert.Throws<RequestRefusedException>(() => limit.Reserve(Ask(10), TimeSpan.Zero));
        Assert.Equal((429, "rate_limited", 20), (refused.Status, refused.Code, refused.RetryAfterSeconds));
        Assert.Throws<RequestRefusedException>(() => limit.Reserve(Ask(10), TimeSpan.FromSeconds(19)));
        limit.Reserve(Ask(10), TimeSpan.FromSeconds(20)).Dispose();
        Assert.Throws<RequestRefusedException>(() => limit.Reserve(Ask(10), TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void Tokens_are_reserved_by_estimate_and_corrected_by_use()
    {
        var limit = Limit(tokens: 1000);
        var first = limit.Reserve(Ask(500, most: 100), TimeSpan.Zero);
        Assert.Throws<RequestRefusedException>(() => limit.Reserve(Ask(500, most: 100), TimeSpan.Zero));
        first.Used(200, 50);
        first.Dispose();

        // 250 of 1,000 are used: 750 are left.
        Assert.Throws<RequestRefusedException>(() => limit.Reserve(Ask(700, most: 51), TimeSpan.Zero));
        var second = limit.Reserve(Ask(700, most: 50), TimeSpan.Zero);
        second.Used(700, 650);
        second.Dispose();

        // 600 more than there were: a debt, and the wait for one token more is 601 at 1,000 a minute.
        var refused = Assert.Throws<RequestRefusedException>(() => limit.Reserve(Ask(1, most: 1), TimeSpan.Zero));
        Assert.Equal((int)Math.Ceiling(602 * 0.06), refused.RetryAfterSeconds);
    }

    [Fact]
    public void What_no_replica_worked_on_costs_no_tokens()
    {
        var limit = Limit(tokens: 1000);
        limit.Reserve(Ask(800, most: 100), TimeSpan.Zero).Dispose();
        limit.Reserve(Ask(800, most: 100), TimeSpan.Zero).Dispose();
    }

    [Fact]
    public void A_request_larger_than_a_minute_passes_when_nothing_is_missing()
    {
        var limit = Limit(tokens: 100);
        limit.Reserve(Ask(5000, most: 1), TimeSpan.Zero).Used(5000, 1);
        Assert.Throws<RequestRefusedException>(() => limit.Reserve(Ask(5000, most: 1), TimeSpan.FromSeconds(1)));
    }

    private static RateLimit Limit(int? requests = null, int? tokens = null) =>
        RateLimit.Of(new ApiKey("a", Hash) { RequestsPerMinute = requests, TokensPerMinute = tokens })!;

    private static Request Ask(int prompt, int most = 10) => new(1, TimeSpan.Zero, prompt, most);
}
