using System.Net;
using HalfFull.Gateway.Forwarding;
using HalfFull.Policies;

namespace HalfFull.Gateway.Tests.Forwarding;

/// <summary>Retries are a share of the requests, with ten in reserve.</summary>
public sealed class RetryBudgetTests
{
    [Fact]
    public void Ten_are_granted_at_first_then_one_for_five_requests_and_never_more_than_ten_are_saved()
    {
        var budget = new RetryBudget(0.2);
        Assert.Equal(10, Taken(budget));
        Add(budget, 4);
        Assert.False(budget.TryTake());
        Add(budget, 2);
        Assert.Equal(1, Taken(budget));
        Add(budget, 1000);
        Assert.Equal(10, Taken(budget));
    }

    [Fact]
    public async Task Beyond_the_budget_the_failure_comes_through_and_nobody_else_is_asked()
    {
        var (first, second) = (0, 0);
        await using var bad = await Given.Upstream(context =>
        {
            Interlocked.Increment(ref first);
            context.Abort();
            return Task.CompletedTask;
        });
        await using var worse = await Given.Upstream(context =>
        {
            Interlocked.Increment(ref second);
            context.Abort();
            return Task.CompletedTask;
        });
        var options = Given.Options with { Router = PolicySpec.Parse("round-robin"), RetryShare = 0, FailuresToOpen = 1000, HealthInterval = TimeSpan.FromHours(1) };
        await using var gateway = await Given.Gateway(options, bad.Address, worse.Address);
        for (var i = 0; i < 15; i++)
        {
            using var answer = await Given.Post(gateway, "/v1/completions", "{\"prompt\":\"x\"}");
            Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        }

        // Fifteen first tries, and the ten retries that are granted once.
        Assert.Equal(25, first + second);
        Assert.Contains("halffull_retries_total 10\n", await Given.Client.GetStringAsync(new Uri(gateway.Address, "/metrics")), StringComparison.Ordinal);
        await Given.LedgerIsZero(gateway);
    }

    private static int Taken(RetryBudget budget)
    {
        var taken = 0;
        while (budget.TryTake())
        {
            taken++;
        }

        return taken;
    }

    private static void Add(RetryBudget budget, int requests)
    {
        for (var i = 0; i < requests; i++)
        {
            budget.Add();
        }
    }
}
