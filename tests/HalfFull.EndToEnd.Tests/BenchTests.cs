using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using HalfFull.Cli.Options;
using HalfFull.Load.Tests;
using Microsoft.AspNetCore.Http;

namespace HalfFull.EndToEnd.Tests;

public sealed class BenchTests : IDisposable
{
    private const string Short = "--prompt-tokens constant:tokens=20 --output-tokens constant:tokens=2";
    private static readonly RequestDelegate Answer = ScriptedServer.Stream(
        ScriptedServer.Token(), ScriptedServer.Token(), ScriptedServer.Finish, ScriptedServer.Usage(30, 2), ScriptedServer.Done);

    private readonly Workspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public async Task A_run_is_printed_and_written_without_its_key()
    {
        await using var server = await ScriptedServer.StartAsync(Server(Answer));
        var run = workspace.Run($"bench --url {server.Url} --rate 200 --limit 40 {Short} --slo ttft=60s --json run.json --records run.csv --html run.html --api-key sesame --header x-secret=sesame");

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        Assert.Contains("40 completed, 0 rejected, 0 failed", run.Output, StringComparison.Ordinal);
        Assert.Contains("time to first token (TTFT)", run.Output, StringComparison.Ordinal);
        var lines = workspace.Read("run.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(41, lines.Length);
        Assert.EndsWith(",measured,prompt_tokens_counted", lines[0], StringComparison.Ordinal);
        Assert.All(lines[1..], line => Assert.EndsWith(",1,30", line, StringComparison.Ordinal));
        Assert.DoesNotContain("sesame", workspace.Read("run.json"), StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", workspace.Read("run.html"), StringComparison.Ordinal);
        Assert.Equal(0, workspace.Run("report run.json --html again.html").ExitCode);
        Assert.Contains("mean TTFT", workspace.Read("again.html"), StringComparison.Ordinal);
        using var document = JsonDocument.Parse(workspace.Read("run.json"));
        Assert.Equal("halffull.bench/1", document.RootElement.GetProperty("schema").GetString());
        var entry = document.RootElement.GetProperty("runs")[0];
        Assert.Equal((40, 40, 1.0), (entry.GetProperty("requests").GetInt32(), entry.GetProperty("completed").GetInt32(), entry.GetProperty("sloAttainment").GetDouble()));
        Assert.True(entry.GetProperty("ttftSeconds").GetProperty("p50").GetDouble() > 0);
        Assert.Equal("run.csv", entry.GetProperty("records").GetString());
        var curve = entry.GetProperty("curves").GetProperty("e2eSeconds").EnumerateArray().Select(value => value.GetDouble()).ToArray();
        Assert.Equal(entry.GetProperty("curves").GetProperty("quantiles").GetArrayLength(), curve.Length);
        Assert.Equal(entry.GetProperty("e2eSeconds").GetProperty("max").GetDouble(), curve[^1]);
        Assert.Equal(2, entry.GetProperty("intervals").GetProperty("e2eSeconds").GetProperty("p99").GetArrayLength());
    }

    [Fact]
    public async Task A_server_that_fails_every_request_fails_the_run()
    {
        var served = 0;
        await using var server = await ScriptedServer.StartAsync(Server(context =>
            Interlocked.Increment(ref served) == 1 ? Answer(context) : ScriptedServer.Status(500)(context)));
        var run = workspace.Run($"bench --url {server.Url} --rate 100 --limit 5 {Short}");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("0 completed, 0 rejected, 5 failed (http-5xx 5)", run.Output, StringComparison.Ordinal);
        Assert.Contains("failed: http-5xx 5.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_fails_every_request_of_the_warm_up_fails_a_run_that_measured_none()
    {
        var served = 0;
        await using var server = await ScriptedServer.StartAsync(Server(context =>
            Interlocked.Increment(ref served) == 1 ? Answer(context) : ScriptedServer.Status(500)(context)));
        var run = workspace.Run($"bench --url {server.Url} --rate 100 --limit 5 --warmup 1h {Short}");
        Assert.Equal((1, $"halffull: Every request to {server.Url.ToString().TrimEnd('/')} failed, all of them in the warm-up or cool-down.\n"), (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData("--url http://127.0.0.1:1", "http://127.0.0.1:1 refuses the connection: no server listens on that port.")]
    [InlineData("--url http://127.0.0.1:1 --json none/run.json", "its folder does not exist.")]
    public void A_run_that_cannot_begin_is_one_sentence(string options, string sentence)
    {
        var run = workspace.Run($"bench {options}");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
        Assert.Equal(1, run.Error.Count(c => c == '\n'));
        Assert.Empty(run.Output);
        Assert.Empty(workspace.Names());
    }

    [Fact]
    public async Task A_wrong_path_and_a_wrong_model_are_one_sentence()
    {
        await using var server = await ScriptedServer.StartAsync(Server(Answer));
        var path = workspace.Run($"bench --url {server.Url}elsewhere");
        Assert.Equal(1, path.ExitCode);
        Assert.Contains("elsewhere/v1/models is not there (HTTP 404)", path.Error, StringComparison.Ordinal);
        var model = workspace.Run($"bench --url {server.Url} --model none");
        Assert.Equal(1, model.ExitCode);
        Assert.Contains("has no model 'none'; it serves test.", model.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_prints_and_writes_what_was_measured_so_far()
    {
        var enough = new TaskCompletionSource();
        var served = 0;
        await using var server = await ScriptedServer.StartAsync(Server(async context =>
        {
            await Answer(context);
            if (Interlocked.Increment(ref served) == 20)
            {
                enough.SetResult();
            }
        }));
        using var process = workspace.Start($"bench --url {server.Url} --rate 50 --duration 1h {Short} --json run.json".Split(' '));
        var output = process.StandardOutput.ReadToEndAsync();
        await enough.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await InterruptAsync(process);
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("interrupted", await output, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(workspace.Read("run.json"));
        var entry = document.RootElement.GetProperty("runs")[0];
        Assert.True(entry.GetProperty("interrupted").GetBoolean());
        Assert.True(entry.GetProperty("completed").GetInt32() >= 15);
    }

    [Fact]
    public async Task Two_servers_are_compared_and_too_few_pairs_said_to_be_too_few()
    {
        await using var server = await ScriptedServer.StartAsync(Server(Answer));
        var run = workspace.Run($"bench --ab {server.Url} {server.Url} --rate 50 {Short} --block 100ms --duration 400ms --json ab.json --html ab.html");
        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        Assert.Contains("too few pairs for an interval", workspace.Read("ab.html"), StringComparison.Ordinal);
        Assert.Contains("NOT tight enough after 2 pairs", run.Output, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(workspace.Read("ab.json"));
        Assert.False(document.RootElement.GetProperty("ab").GetProperty("tight").GetBoolean());
        Assert.Equal(2, document.RootElement.GetProperty("runs").GetArrayLength());
    }

    [Fact]
    public async Task Two_policies_of_one_gateway_are_compared_and_its_own_put_back()
    {
        var gateway = new ScriptedGateway(key: "sesame");
        await using var server = await ScriptedServer.StartAsync(gateway.AnswerAsync);
        var run = workspace.Run($"bench --ab {server.Url} --policies router=sal,queue=larry:a=60,z=1 router=round-robin --admin-key sesame --rate 50 {Short} --block 100ms --duration 400ms --json ab.json");
        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        Assert.Contains("model test, router=sal,queue=larry:a=60,z=1: ", run.Output, StringComparison.Ordinal);
        Assert.Contains("model test, router=round-robin,queue=fcfs: ", run.Output, StringComparison.Ordinal);
        Assert.Contains("failed", run.Output, StringComparison.Ordinal);
        Assert.Equal(("p2c", "fcfs"), gateway.Policy);
        Assert.DoesNotContain("sesame", workspace.Read("ab.json"), StringComparison.Ordinal);
        using var document = JsonDocument.Parse(workspace.Read("ab.json"));
        Assert.Equal("router=round-robin,queue=fcfs", document.RootElement.GetProperty("runs")[1].GetProperty("policy").GetString());
        Assert.Equal(1, document.RootElement.GetProperty("ab").GetProperty("ratios").GetProperty("failureRate").GetProperty("ratio").GetDouble());
    }

    [Fact]
    public async Task Ctrl_C_gives_a_gateway_its_policy_back()
    {
        var enough = new TaskCompletionSource();
        var gateway = new ScriptedGateway { Answered = answers => Signal(answers, enough) };
        await using var server = await ScriptedServer.StartAsync(gateway.AnswerAsync);
        using var process = workspace.Start($"bench --ab {server.Url} --policies router=sal router=round-robin --rate 50 {Short} --block 200ms".Split(' '));
        var output = process.StandardOutput.ReadToEndAsync();
        await enough.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await InterruptAsync(process);
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("interrupted", await output, StringComparison.Ordinal);
        Assert.Equal(("p2c", "fcfs"), gateway.Policy);
    }

    [Fact]
    public async Task A_gateway_that_goes_away_fails_the_run_with_the_policy_that_it_should_have()
    {
        var gateway = new ScriptedGateway { SwitchesLeft = 4 };
        await using var server = await ScriptedServer.StartAsync(gateway.AnswerAsync);
        var run = workspace.Run($"bench --ab {server.Url} --policies router=sal router=round-robin --rate 50 {Short} --block 100ms --duration 1s --json ab.json");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("broke the connection before it answered", run.Error, StringComparison.Ordinal);
        Assert.Contains("could not be given back its policy router=p2c,queue=fcfs:", run.Error, StringComparison.Ordinal);
        Assert.Equal(1, run.Error.Count(c => c == '\n'));
        Assert.Empty(workspace.Names());
    }

    [Theory]
    [InlineData("--ab http://a", "--ab is given 1 address, but compares two: give another one, or --policies with two policies of that gateway.")]
    [InlineData("--ab http://a http://b http://c", "--ab is given 3 addresses, but compares two.")]
    [InlineData("--ab http://a --policies router=sal", "--policies is given 1 policy, but compares two.")]
    [InlineData("--ab http://a http://b --policies router=sal router=p2c", "--ab is given 2 addresses and --policies: compare two servers, or two policies of one gateway.")]
    [InlineData("--policies router=sal router=p2c", "--policies are those of one gateway: name it with --ab URL.")]
    [InlineData("--ab http://a --policies sal p2c", "--policies: 'sal' is not a policy of a gateway such as router=sal,queue=larry.")]
    [InlineData("--ab http://a http://b --url http://c", "--ab names what is compared; leave out --url.")]
    [InlineData("--ab http://a http://b --records r.csv", "--records is of one server; leave it out with --ab.")]
    [InlineData("--block 1s", "--block is of a comparison: give it together with --ab.")]
    [InlineData("--precision 0.1", "--precision is of a comparison: give it together with --ab.")]
    [InlineData("--ab http://a http://b --admin-key k", "--admin-key is of a comparison: give it together with --policies.")]
    [InlineData("--ab http://a http://b --block 0s", "--block 0s is not accepted: two blocks make a pair, and one pair must fit into --duration 20min.")]
    [InlineData("--ab http://a http://b --block 3s --duration 5s", "--block 3s is not accepted: two blocks make a pair, and one pair must fit into --duration 5s.")]
    [InlineData("--header content-type=x", "--header: 'content-type=x' is not accepted: the body of a request sets its own content-type.")]
    [InlineData("--header x-a=\u00fc", "--header: 'x-a=\u00fc' has a character that no header may have: give printable ASCII.")]
    [InlineData("--api-key k\u00fc", "--api-key has a character that no header may have: give printable ASCII.")]
    [InlineData("--url http://user:sesame@a", "--url: The address of a holds a user or password, which is not sent; give --api-key or --header instead.")]
    [InlineData("--warmup 70s", "--warmup and --cooldown leave nothing of the 1min of the run to measure; give a longer --duration.")]
    [InlineData("sweep --slo e2e=1s --warmup 30s", "--warmup and --cooldown leave nothing of the 30s of the run to measure; give a longer --duration.")]
    [InlineData("--timeout 0s", "--timeout 0s is not accepted: give more than 0s and at most 1000h.")]
    [InlineData("--think-time 1s", "--think-time is the pause before a further turn: give --turns with it.")]
    [InlineData("--slow-reader-pause 1s", "--slow-reader-pause is of slow readers: give --slow-readers with it.")]
    [InlineData("sweep --slo e2e=1s --start-rate 20 --max-rate 10.5", "--start-rate 20 is above --max-rate 10.5; give a lower first rate or a higher last one.")]
    [InlineData("--ab http://a --policies router=sal router=p2c --admin-key k\u00fc", "--admin-key has a character that no header may have: give printable ASCII.")]
    [InlineData("--think-time 1001h", "--think-time 1001h is not accepted: give more than 0s and at most 1000h.")]
    public void What_makes_no_sense_is_one_sentence(string options, string sentence)
    {
        var run = workspace.Run($"bench {options}");
        Assert.Equal((2, $"halffull: {sentence}\n"), (run.ExitCode, run.Error));
        Assert.Empty(workspace.Names());
    }

    [Fact]
    public async Task A_sweep_prints_its_curve_and_marks_the_knee()
    {
        await using var server = await ScriptedServer.StartAsync(Server(Answer));
        var run = workspace.Run($"bench sweep --url {server.Url} --slo e2e=60s {Short} --duration 200ms --start-rate 50 --max-rate 100 --arrivals constant --json sweep.json --html sweep.html");
        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        Assert.Contains("<- knee", run.Output, StringComparison.Ordinal);
        Assert.Contains("still holds at 100/s, the highest rate tried.", workspace.Read("sweep.html"), StringComparison.Ordinal);
        using var document = JsonDocument.Parse(workspace.Read("sweep.json"));
        Assert.Equal(100, document.RootElement.GetProperty("sweep").GetProperty("highestRequestsPerSecond").GetDouble());
        Assert.Equal(4, document.RootElement.GetProperty("runs").GetArrayLength());
    }

    [Fact]
    public async Task A_sweep_in_which_every_request_fails_fails()
    {
        var served = 0;
        await using var server = await ScriptedServer.StartAsync(Server(context =>
            Interlocked.Increment(ref served) <= 2 ? Answer(context) : ScriptedServer.Status(500)(context)));
        var run = workspace.Run($"bench sweep --url {server.Url} --slo e2e=60s {Short} --duration 50ms --start-rate 100 --arrivals constant --repeats 1");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("does not hold even at", run.Output, StringComparison.Ordinal);
        Assert.Contains("failed: http-5xx", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sweep_in_which_nothing_is_due_says_so_and_not_that_the_server_fails()
    {
        await using var server = await ScriptedServer.StartAsync(Server(Answer));
        var run = workspace.Run($"bench sweep --url {server.Url} --slo e2e=60s {Short} --start-rate 0.001 --duration 20ms --warmup 10ms --arrivals constant");
        Assert.Equal((1, "halffull: A trial at 0.001 requests/s has no request to measure; give a longer --duration, a higher --start-rate or a shorter --warmup.\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task A_sweep_that_has_nothing_to_measure_at_a_lower_rate_says_so()
    {
        await using var server = await ScriptedServer.StartAsync(Server(Answer));
        var run = workspace.Run($"bench sweep --url {server.Url} --slo e2e=1us {Short} --start-rate 100 --duration 20ms --warmup 5ms --arrivals constant --repeats 1");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("/s a trial has no request to measure; give a longer --duration or a shorter --warmup.", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_ends_a_sweep_and_says_that_it_had_not_ended()
    {
        var enough = new TaskCompletionSource();
        var served = 0;
        await using var server = await ScriptedServer.StartAsync(Server(async context =>
        {
            await Answer(context);
            Signal(Interlocked.Increment(ref served), enough);
        }));
        using var process = workspace.Start($"bench sweep --url {server.Url} --slo e2e=60s {Short} --start-rate 10 --duration 1h --arrivals constant --seed 7 --json sweep.json --html sweep.html".Split(' '));
        var output = process.StandardOutput.ReadToEndAsync();
        await enough.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await InterruptAsync(process);
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("Interrupted: the search had not ended.", await output, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(workspace.Read("sweep.json"));
        Assert.Equal((7, 0), (document.RootElement.GetProperty("seed").GetInt32(), document.RootElement.GetProperty("runs").GetArrayLength()));
        Assert.Equal(["sweep.json"], workspace.Names()); // nothing to draw
    }

    [Fact]
    public void Keys_and_headers_never_reach_a_document() => Assert.Equal(
        ["bench", "--api-key", "HIDDEN", "--header", "HIDDEN", "--api-key=HIDDEN", "--header=HIDDEN", "--url", "http://a"],
        EndpointOptions.WithoutSecrets(["bench", "--api-key", "k", "--header", "a=b", "--api-key=k", "--header=a=b", "--url", "http://a"]),
        StringComparer.Ordinal);

    [Fact]
    public void A_key_of_the_environment_that_cannot_be_sent_is_one_sentence_without_it()
    {
        const string Variable = "HALFFULL_TEST_KEY";
        Environment.SetEnvironmentVariable(Variable, "k\u00fc");
        var error = Assert.Throws<FormatException>(() => EndpointOptions.KeyOf(Variable));
        Environment.SetEnvironmentVariable(Variable, null);
        Assert.Equal($"The environment variable {Variable} has a character that no header may have: give printable ASCII.", error.Message);
        Assert.Null(EndpointOptions.KeyOf(Variable));
    }

    private static void Signal(int answers, TaskCompletionSource enough)
    {
        if (answers == 20)
        {
            enough.SetResult();
        }
    }

    private static async Task InterruptAsync(Process process)
    {
        using (var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
    }

    private static RequestDelegate Server(RequestDelegate answer) => context => context.Request.Path.Value switch
    {
        "/v1/models" => context.Response.WriteAsync("""{"data":[{"id":"test"}]}"""),
        "/v1/chat/completions" => answer(context),
        _ => NotFound(context),
    };

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    }
}
