using HalfFull.Simulation.Workloads;
using HalfFull.Simulation.Workloads.Arrivals;
using HalfFull.Simulation.Workloads.Lengths;
using HalfFull.Traces;

namespace HalfFull.Simulation.Tests.Workloads;

public sealed class WorkloadTests : IDisposable
{
    private const string Rows = "arrival_s,input_tokens,output_tokens,client_id\n10,5,50,a\n11,6,60,b\n11,7,70,a\n13,8,80,b\n14,9,5000,a\n";
    private readonly string path = Path.GetTempFileName();

    public WorkloadTests() => File.WriteAllText(path, Rows);

    public void Dispose() => File.Delete(path);

    [Fact]
    public void A_file_becomes_jobs_with_ids_in_arrival_order()
    {
        var jobs = Open(new WorkloadOptions()).Jobs().ToArray();
        Assert.Equal([0L, 1, 2, 3, 4], jobs.Select(job => job.Request.Id));
        Assert.Equal([0.0, 1, 1, 3, 4], jobs.Select(job => job.Request.Arrival.TotalSeconds));
        Assert.Equal([5, 6, 7, 8, 9], jobs.Select(job => job.Request.PromptTokens));
        Assert.Equal([50, 60, 70, 80, 5000], jobs.Select(job => job.OutputTokens));
        Assert.Equal(["a", "b", "a", "b", "a"], jobs.Select(job => job.Request.Tenant), StringComparer.Ordinal);
    }

    [Fact]
    public void The_output_limit_is_one_for_all_and_holds_the_longest_output()
    {
        var workload = Open(new WorkloadOptions { Limit = 2 });
        Assert.Equal(8192, workload.OutputLimit);
        Assert.All(workload.Jobs(), job => Assert.Equal(8192, job.Request.MaxOutputTokens));
    }

    [Theory]
    [InlineData(4096, 4096)]
    [InlineData(4097, 8192)]
    [InlineData(1, 4096)]
    public void The_output_limit_is_at_least_4096_and_else_a_power_of_two(int longest, int limit)
    {
        File.WriteAllText(path, $"arrival_s,input_tokens,output_tokens\n0,1,{longest}\n");
        Assert.Equal(limit, Open(new WorkloadOptions()).OutputLimit);
    }

    [Fact]
    public void A_given_output_limit_is_taken_as_it_is() =>
        Assert.Equal(100, Open(new WorkloadOptions { MaxOutputTokens = 100 }).Jobs().Last().Request.MaxOutputTokens);

    [Fact]
    public void A_limit_of_the_client_is_kept()
    {
        File.WriteAllText(path, """{"arrival_s":0,"prompt_tokens":1,"output_tokens":2,"max_tokens":77}""");
        Assert.Equal(77, Open(new WorkloadOptions()).Jobs().Single().Request.MaxOutputTokens);
    }

    [Fact]
    public void Rate_scaling_divides_gaps_and_keeps_everything_else()
    {
        var plain = Open(new WorkloadOptions());
        var scaled = Open(new WorkloadOptions { RateScale = 4 });
        Assert.Equal(plain.Jobs().Select(job => job with { Request = job.Request with { Arrival = job.Request.Arrival / 4 } }), scaled.Jobs());
        Assert.Equal(4, scaled.RateScale);
        Assert.Equal(plain.RequestsPerSecond * 4, scaled.RequestsPerSecond);
    }

    [Fact]
    public void A_rate_is_reached_by_scaling()
    {
        var workload = Open(new WorkloadOptions { RequestsPerSecond = 3 });
        Assert.Equal(3, workload.RateScale);
        Assert.Equal(3, workload.RequestsPerSecond);
        Assert.Equal(4.0 / 3, workload.Jobs().Last().Request.Arrival.TotalSeconds, 6);
        Assert.Equal(0.5, workload.WithRate(0.5).RateScale);
    }

    [Fact]
    public void A_limit_takes_the_first_requests_and_leaves_the_rate_alone()
    {
        var workload = Open(new WorkloadOptions { Limit = 2 });
        Assert.Equal(2, workload.Requests);
        Assert.Equal(2, workload.Jobs().Count());
        Assert.Equal(1, workload.RequestsPerSecond);
        Assert.Equal(5, Open(new WorkloadOptions { Limit = 99 }).Requests);
    }

    [Fact]
    public void Arrivals_can_be_replaced_at_the_scaled_mean_rate()
    {
        var jobs = Open(new WorkloadOptions { RateScale = 2, Arrivals = new ConstantGaps() }).Jobs().ToArray();
        Assert.Equal([0.0, 0.5, 1, 1.5, 2], jobs.Select(job => job.Request.Arrival.TotalSeconds));
        Assert.Equal([5, 6, 7, 8, 9], jobs.Select(job => job.Request.PromptTokens));
    }

    [Fact]
    public void Lengths_can_be_replaced_and_then_bound_the_output_limit()
    {
        var workload = Open(new WorkloadOptions { PromptTokens = new ConstantLength(33), OutputTokens = new UniformLength(2, 4) });
        Assert.All(workload.Jobs(), job => Assert.Equal(33, job.Request.PromptTokens));
        Assert.All(workload.Jobs(), job => Assert.InRange(job.OutputTokens, 2, 4));
        Assert.Equal(4096, workload.OutputLimit);
        Assert.Equal(33, workload.LongestPromptTokens);
    }

    [Fact]
    public void New_prompts_lose_their_prefix_ids()
    {
        var workload = WorkloadCatalog.Open("agent-prefix", new WorkloadOptions { Limit = 10, PromptTokens = new ConstantLength(5) });
        Assert.All(workload.Jobs(), job => Assert.True(job.Request.PrefixHashes.IsEmpty && job.Request.PrefixUnitTokens == 0));
    }

    [Fact]
    public void A_burst_is_the_first_requests_all_at_once()
    {
        var burst = new Burst(Open(new WorkloadOptions()), 3);
        Assert.Equal(3, burst.Requests);
        Assert.Equal([50, 60, 70], burst.Jobs().Select(job => job.OutputTokens));
        Assert.All(burst.Jobs(), job => Assert.Equal(TimeSpan.Zero, job.Request.Arrival));
    }

    [Theory]
    [InlineData(0.0, null, "The rate is 0, but must be more than 0.")]
    [InlineData(double.NaN, null, "The rate is NaN, but must be more than 0.")]
    [InlineData(null, -1.0, "The rate scale is -1, but must be more than 0.")]
    [InlineData(1.0, 1.0, "Give a rate or a rate scale, not both.")]
    public void A_wrong_rate_is_refused(double? rate, double? scale, string message)
    {
        var error = Assert.Throws<WorkloadException>(() => Open(new WorkloadOptions { RequestsPerSecond = rate, RateScale = scale }));
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void A_file_whose_requests_arrive_at_once_has_no_rate_to_scale()
    {
        File.WriteAllText(path, "arrival_s,input_tokens,output_tokens\n5,1,1\n5,1,1\n");
        Assert.Throws<WorkloadException>(() => Open(new WorkloadOptions { RequestsPerSecond = 2 }));
        var drawn = Open(new WorkloadOptions { RequestsPerSecond = 2, Arrivals = new ConstantGaps() });
        Assert.Equal([0.0, 0.5], drawn.Jobs().Select(job => job.Request.Arrival.TotalSeconds));
    }

    [Fact]
    public void A_bad_row_is_found_before_the_first_job()
    {
        File.AppendAllText(path, "15,0,1,a\n");
        Assert.Throws<TraceException>(() => Open(new WorkloadOptions { Limit = 1 }));
    }

    private Workload Open(WorkloadOptions options) => WorkloadCatalog.Open(path, options);
}
