using System.Globalization;
using System.Net;
using System.Text.Json;
using HalfFull.Gateway.Forwarding;
using HalfFull.Gateway.Http;
using HalfFull.Gateway.Logging;
using HalfFull.Policies;
using HalfFull.Traces.Decisions;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Tests.Logging;

/// <summary>The log of a real gateway, under load that fails in every way, must come out the same again to the last decision.</summary>
public sealed class DecisionLogTests : IDisposable
{
    private const string Token = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";
    private const string End = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":40,\"completion_tokens\":3}}\n\ndata: [DONE]\n\n";
    private readonly string folder = Directory.CreateTempSubdirectory("halffull-log-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Twenty_thousand_decisions_under_load_with_failures_come_out_the_same_again()
    {
        const int requests = 9_000;
        await using var first = await Misbehaving(0);
        await using var second = await Misbehaving(1);
        await using var third = await Misbehaving(2);
        await using var late = await Misbehaving(3);
        var options = Given.Options with
        {
            Log = new LogOptions(folder) { FileBytes = 2 << 20 },
            Router = PolicySpec.Parse("sal:eps=0.5"),
            Queue = PolicySpec.Parse("vtc"),
            Limits = new Scheduling.FrontLimits { MostUnstartedRequests = 4 },
            TenantWeights = new Dictionary<string, double> { ["gold"] = 4 },
            FailuresToOpen = 50,
            OpenTime = TimeSpan.FromMilliseconds(50),
        };
        await using (var gateway = await Given.Gateway(options, first.Address, second.Address, third.Address))
        {
            var done = 0;
            await Parallel.ForAsync(0, requests, new ParallelOptionsOf(48), async (i, _) =>
            {
                await Ask(gateway, i);
                switch (Interlocked.Increment(ref done))
                {
                    case requests / 8:
                        gateway.Pool.Reweigh(new Dictionary<string, double> { ["gold"] = 2, ["u1"] = 3 });
                        break;
                    case requests / 4:
                        gateway.Add(late.Address);
                        break;
                    case requests / 3:
                        gateway.Pool.SwitchPolicy(PolicySpec.Parse("least-tokens"), PolicySpec.Parse("larry"));
                        break;
                    case requests / 2:
                        Assert.True(await gateway.RemoveAsync(1));
                        break;
                    case requests * 5 / 8:
                        gateway.Pool.SwitchPolicy(PolicySpec.Parse("mixture:of=sal+preble+prequal"), PolicySpec.Parse("priority"));
                        break;
                    case requests * 3 / 4:
                        gateway.Pool.SwitchPolicy(PolicySpec.Parse("p2c"), PolicySpec.Parse("fcfs"));
                        break;
                }
            });
            await Given.LedgerIsZero(gateway);

            // Load and failures were real: attempts failed and were repeated, streams broke, and requests waited for each other.
            var failures = gateway.Pool.Read(all => all.Sum(replica => replica.Failures));
            Assert.InRange(failures, requests / 50, requests);
            Assert.InRange(gateway.Pool.Queue.Held(Scheduling.HeldReason.Requests), requests / 20, requests * 3);
            var metrics = await Given.Client.GetStringAsync(new Uri(gateway.Address, "/metrics"));
            Assert.DoesNotContain("halffull_retries_total 0\n", metrics, StringComparison.Ordinal);
            Assert.DoesNotContain("halffull_cut_streams_total 0\n", metrics, StringComparison.Ordinal);
        }

        var log = DecisionLogFolder.Open(folder);
        var report = DecisionVerifier.Verify(log);
        Assert.True(report.IsExact, $"{string.Join('\n', report.Problems)}\n{report.First}");
        Assert.Empty(report.Notes);
        Assert.Equal((1, (long)requests), (report.Runs, report.Requests));
        Assert.InRange(report.Decisions, 20_000, long.MaxValue);
        Assert.InRange(report.Releases, requests * 9 / 10, 3 * requests);
        Assert.InRange(report.Files, 2, 1000);
        Assert.Equal(["sal:eps=0.5 with queue vtc", "least-tokens with queue larry", "mixture:of=sal+preble+prequal with queue priority", "p2c with queue fcfs"], report.Policies);

        // And as a workload: everything that got a token.
        var trace = DecisionLogTrace.Open(folder);
        var rows = trace.Rows().ToArray();
        Assert.Equal(requests, rows.Length + trace.LeftOut);
        Assert.InRange(trace.LeftOut, 1, requests / 2);
        Assert.Contains(rows, row => row.PromptTokens == 40 && row.OutputTokens == 3);
        Assert.All(rows, row => Assert.StartsWith("~", row.Tenant, StringComparison.Ordinal));

        // A log of which the first files are gone verifies from the state saved at the next one's beginning.
        File.Delete(log.Files[0].Path);
        report = DecisionVerifier.Verify(DecisionLogFolder.Open(folder));
        Assert.True(report.IsExact, $"{string.Join('\n', report.Problems)}\n{report.First}");

        // One byte changed anywhere is found.
        var path = log.Files[^1].Path;
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 0x10;
        File.WriteAllBytes(path, bytes);
        Assert.StartsWith($"{path}, offset ", Assert.Single(DecisionVerifier.Verify(DecisionLogFolder.Open(folder)).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_waits_gives_way_to_a_more_urgent_one_with_429_and_the_log_has_it()
    {
        var release = new TaskCompletionSource();
        await using var replica = await Given.Upstream(async context =>
        {
            await release.Task;
            await context.Response.WriteAsync("{}");
        });
        var options = Given.Options with { Log = new LogOptions(folder), Limits = new Scheduling.FrontLimits { MostRequests = 1, MostWaiting = 2 } };
        await using (var gateway = await Given.Gateway(options, replica.Address))
        {
            var first = Urgent(gateway, 0);
            await Eventually.True(() => gateway.Pool.Read(all => all[0].Account.Requests) == 1, "the first is under way");
            var low = Urgent(gateway, -1);
            await Eventually.True(() => gateway.Pool.Waiting == 1, "one waits");
            var middle = Urgent(gateway, 0);
            await Eventually.True(() => gateway.Pool.Waiting == 2, "two wait");
            using (var refused = await Urgent(gateway, -1))
            {
                Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            }

            var high = Urgent(gateway, 3);
            using (var displaced = await low)
            {
                Assert.Equal(HttpStatusCode.TooManyRequests, displaced.StatusCode);
                Assert.True(displaced.Headers.RetryAfter!.Delta!.Value.TotalSeconds >= 1);
                Assert.Contains("\"overloaded\"", await displaced.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }

            release.SetResult();
            Assert.All(await Task.WhenAll(first, middle, high), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
            Assert.Contains("halffull_queue_displaced_total 1\n", await Given.Client.GetStringAsync(new Uri(gateway.Address, "/metrics")), StringComparison.Ordinal);
            await Given.LedgerIsZero(gateway);
        }

        var report = DecisionVerifier.Verify(DecisionLogFolder.Open(folder));
        Assert.True(report.IsExact, $"{string.Join('\n', report.Problems)}\n{report.First}");
        Assert.Equal(5, report.Requests);

        // vLLM's polarity in the body: lower is more urgent.
        static Task<HttpResponseMessage> Urgent(GatewayServer gateway, int priority) => Given.Post(gateway, "/v1/completions", $"{{\"prompt\":\"x\",\"priority\":{-priority}}}");
    }

    [Fact]
    public async Task The_log_holds_no_text_and_names_tenants_only_when_told()
    {
        await using var replica = await Given.Upstream(context => context.Response.WriteAsync("{\"usage\":{\"prompt_tokens\":400,\"completion_tokens\":7}}"));
        foreach (var named in new[] { false, true })
        {
            var path = Path.Combine(folder, named ? "named" : "hashed");
            await using (var gateway = await Given.Gateway(Given.Options with { Log = new LogOptions(path) { NamesTenants = named } }, replica.Address))
            {
                using var answer = await Given.Post(gateway, "/v1/completions", $"{{\"user\":\"wanda\",\"max_tokens\":9,\"prompt\":\"{new string('q', 1200)}\"}}");
                Assert.Contains("usage", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
                await Given.LedgerIsZero(gateway);
            }

            var bytes = File.ReadAllBytes(Directory.GetFiles(path, "*.hflog").Single());
            Assert.Equal(-1, bytes.AsSpan().IndexOf("qqq"u8));
            Assert.Equal(named, bytes.AsSpan().IndexOf("wanda"u8) >= 0);
            var row = Assert.Single(DecisionLogTrace.Open(path).Rows());
            Assert.Equal((400, 7, 9, 2, 128), (row.PromptTokens, row.OutputTokens, row.MaxOutputTokens, row.PrefixHashes.Length, row.PrefixUnitTokens));
        }
    }

    [Fact]
    public async Task Sessions_and_programs_are_hashed_in_a_log_and_kept_without_one()
    {
        var given = new Request(1, TimeSpan.Zero, 5, 5) { Session = "chat-7", Program = "agent", Tenant = "wanda" };
        await using (var journal = Journal.Open(Given.Options with { Log = new LogOptions(folder) { NamesTenants = true } }))
        {
            var entered = journal.Enter(given, default, 4);
            Assert.Equal((journal.Salt.Alias("chat-7"), journal.Salt.Alias("agent"), "wanda"), (entered.Session, entered.Program, entered.Tenant));
        }

        await using var none = Journal.Open(Given.Options);
        Assert.Equal(given, none.Enter(given, default, 4));
    }

    [Fact]
    public async Task A_disk_that_fails_is_told_once_counted_and_marked_in_the_log_and_requests_go_on()
    {
        await using var replica = await Given.Upstream(context => context.Response.WriteAsync("{}"));
        var path = Path.Combine(folder, "log");
        var sentences = new List<string>();
        var log = new LogOptions(path)
        {
            FileBytes = 1,
            FlushInterval = TimeSpan.FromMilliseconds(1),
            RetryInterval = TimeSpan.FromMilliseconds(1),
            Warn = sentence =>
            {
                lock (sentences)
                {
                    sentences.Add(sentence);
                }
            },
        };
        await using (var gateway = await Given.Gateway(Given.Options with { Log = log }, replica.Address))
        {
            await AskOnce(gateway);
            Directory.Move(path, path + "-gone");
            await Eventually.True(
                () =>
                {
                    AskOnce(gateway).GetAwaiter().GetResult();
                    lock (sentences)
                    {
                        return sentences.Count > 0;
                    }
                },
                "the failure is told");
            Directory.Move(path + "-gone", path);
            await Eventually.True(
                () =>
                {
                    AskOnce(gateway).GetAwaiter().GetResult();
                    lock (sentences)
                    {
                        return sentences.Count > 1;
                    }
                },
                "the end of the failure is told");
            using var metrics = await Given.Client.GetAsync(new Uri(gateway.Address, "/metrics"));
            var text = await metrics.Content.ReadAsStringAsync();
            Assert.DoesNotContain("halffull_log_errors_total 0", text, StringComparison.Ordinal);
            Assert.DoesNotContain("halffull_log_lost_records_total 0", text, StringComparison.Ordinal);
        }

        Assert.StartsWith("The decision log cannot be written", sentences[0], StringComparison.Ordinal);
        Assert.StartsWith("The decision log is written again", sentences[1], StringComparison.Ordinal);
        var report = DecisionVerifier.Verify(DecisionLogFolder.Open(path));
        Assert.Contains(report.Problems, problem => problem.Contains("records are missing here", StringComparison.Ordinal));
        Assert.Equal((0L, 0L), (report.Differences, report.Unverified));
    }

    [Fact]
    public async Task Two_gateways_cannot_write_one_log_and_a_second_run_goes_on_in_new_files()
    {
        await using var replica = await Given.Upstream(context => context.Response.WriteAsync("{}"));
        var options = Given.Options with { Log = new LogOptions(folder) };
        await using (var gateway = await Given.Gateway(options, replica.Address))
        {
            await AskOnce(gateway);
            var error = await Assert.ThrowsAsync<IOException>(() => GatewayServer.StartAsync(options));
            Assert.Contains("another gateway writes its log there", error.Message, StringComparison.Ordinal);
        }

        await using (var gateway = await Given.Gateway(options, replica.Address))
        {
            await AskOnce(gateway);
        }

        var report = DecisionVerifier.Verify(DecisionLogFolder.Open(folder));
        Assert.True(report.IsExact);
        Assert.Equal((2, 2, 2L), (report.Files, report.Runs, report.Requests));
    }

    [Fact]
    public async Task A_request_is_explained_by_the_gateway_and_by_its_log_alike()
    {
        await using var one = await Given.Upstream(context => Stream(context, 3));
        await using var two = await Given.Upstream(context => Stream(context, 3));
        string id;
        JsonElement live;
        await using (var gateway = await Given.Gateway(Given.Options with { Log = new LogOptions(folder) }, one.Address, two.Address))
        {
            await AskOnce(gateway);
            using var answer = await Given.Post(gateway, "/v1/chat/completions", Given.Chat);
            await answer.Content.ReadAsStringAsync();
            id = answer.Headers.GetValues(GatewayHeaders.RequestId).Single();
            await Eventually.True(() => gateway.Journal.Explain(long.Parse(id, CultureInfo.InvariantCulture))?.Finished is not null, "the request has ended");
            live = JsonDocument.Parse(await Given.Client.GetStringAsync(new Uri(gateway.Address, $"/api/explain/{id}"))).RootElement;
            using var unknown = await Given.Client.GetAsync(new Uri(gateway.Address, "/api/explain/999999"));
            Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        }

        Assert.Equal("completed", live.GetProperty("state").GetString());
        Assert.True(live.GetProperty("ttftSeconds").GetDouble() > 0);
        Assert.Equal(1, live.GetProperty("queue")[0].GetProperty("position").GetInt32());
        var decision = live.GetProperty("decisions")[0];
        var candidates = decision.GetProperty("candidates").EnumerateArray().ToArray();
        Assert.Equal(2, candidates.Length);
        Assert.Equal(0, candidates.Single(candidate => candidate.GetProperty("chosen").GetBoolean()).GetProperty("missedBy").GetDouble());
        Assert.Contains(candidates, candidate => candidate.GetProperty("name").GetString() == $"127.0.0.1:{two.Address.Port}");
        Assert.True(candidates[0].GetProperty("parts").TryGetProperty("ownPrefillSeconds", out _));

        var (explanation, names) = LogExplainer.Explain(DecisionLogFolder.Open(folder), long.Parse(id, CultureInfo.InvariantCulture));
        using var again = new MemoryStream();
        using (var json = new Utf8JsonWriter(again))
        {
            json.WriteStartObject();
            ExplanationJson.Write(json, explanation, replica => names[replica]);
            json.WriteEndObject();
        }

        Assert.Equal(live.GetRawText(), JsonDocument.Parse(again.ToArray()).RootElement.GetRawText());
    }

    private static async Task AskOnce(GatewayServer gateway)
    {
        using var answer = await Given.Post(gateway, "/v1/completions", "{\"prompt\":\"x\"}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>One request; every twelfth client leaves early.</summary>
    private static async Task Ask(GatewayServer gateway, int i)
    {
        var body = $"{{\"model\":\"halffull-emulated\",\"user\":\"{(i % 5 == 0 ? "gold" : $"u{i % 7}")}\",\"stream\":{(i % 4 > 0 ? "true" : "false")},\"max_tokens\":5,\"prompt\":\"{new string('x', 20 + (i * 37 % 900))}\"}}";
        using var leaving = new CancellationTokenSource();
        try
        {
            using var answer = await Given.Post(gateway, i % 4 > 0 ? "/v1/chat/completions" : "/v1/completions", body, leaving.Token);
            if (i % 12 == 5)
            {
                await leaving.CancelAsync();
                return;
            }

            await answer.Content.ReadAsByteArrayAsync(leaving.Token);
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException)
        {
            // That it fails is what is wanted.
        }
    }

    /// <summary>A replica that fails in all ways: refuses, resets, breaks off.</summary>
    private static Task<HttpHost> Misbehaving(int seed)
    {
        var asked = seed * 3;
        return Given.Upstream(context =>
        {
            switch (Interlocked.Increment(ref asked) % 40)
            {
                case 3:
                    context.Response.StatusCode = 503;
                    return Task.CompletedTask;
                case 9:
                    context.Response.StatusCode = 500;
                    return context.Response.WriteAsync("{}");
                case 15:
                    context.Response.StatusCode = 429;
                    return Task.CompletedTask;
                case 21:
                    context.Abort();
                    return Task.CompletedTask;
                case 27:
                    return Stream(context, 2, isWhole: false);
                default:
                    return Stream(context, 3);
            }
        });
    }

    private static async Task Stream(HttpContext context, int tokens, bool isWhole = true)
    {
        context.Response.ContentType = "text/event-stream";
        for (var i = 0; i < tokens; i++)
        {
            await context.Response.WriteAsync(Token);
            await context.Response.Body.FlushAsync();
        }

        if (isWhole)
        {
            await context.Response.WriteAsync(End);
        }
        else
        {
            context.Abort();
        }
    }

    private sealed class ParallelOptionsOf : ParallelOptions
    {
        public ParallelOptionsOf(int most) => MaxDegreeOfParallelism = most;
    }
}
