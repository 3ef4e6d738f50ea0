using HalfFull.Queueing;
using HalfFull.Routing;
using HalfFull.Scheduling;
using HalfFull.Traces;
using HalfFull.Traces.Decisions;

namespace HalfFull.Tests.Traces.Decisions;

public sealed class DecisionVerifierTests : IDisposable
{
    private readonly WrittenLog log = new();

    public void Dispose() => log.Dispose();

    [Fact]
    public void Every_choice_comes_out_again_over_several_files_routers_and_runs()
    {
        log.Begin().Play(300);
        log.Use("p2c", "larry");
        log.Play(200).Close();
        log.Begin("round-robin", "fcfs", run: 2).Play(100).Close();

        var report = log.Verify();
        Assert.True(report.IsExact, string.Join('\n', report.Problems));
        Assert.Equal((2, 600L), (report.Runs, report.Requests));
        Assert.Equal(600, report.Releases);
        Assert.InRange(report.Decisions, report.Releases + 100, 10_000);
        Assert.Equal(["sal:eps=1 with queue vtc", "p2c with queue larry", "round-robin with queue fcfs"], report.Policies);
        Assert.InRange(report.Files, 5, 100);
        Assert.Empty(report.Notes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_told_of_cached_prefixes_is_an_input_that_the_log_must_have(bool isHidden)
    {
        log.HidesHits = isHidden;
        log.Begin("sal", "larry", hits: new EveryThird()).Play(300).Close();

        var report = log.Verify();
        Assert.Equal(!isHidden, report.IsExact);
        Assert.Equal(isHidden, report.Differences > 0);
        Assert.Equal(300, report.Requests);
    }

    [Fact]
    public void Other_shares_count_from_where_the_log_says_so_and_in_the_files_after_it()
    {
        log.Begin(queue: "vtc").Play(150);
        log.Reweigh(new TenantWeights(new Dictionary<string, double> { ["t0"] = 9, ["t2"] = 0.5 }));
        log.Play(150).Close();
        Assert.True(log.Verify().IsExact);

        // The last file knows of them by itself.
        Array.ForEach(log.Files[..^1], File.Delete);
        var report = log.Verify();
        Assert.True(report.IsExact, string.Join('\n', report.Problems));
        Assert.InRange(report.Decisions, 1, 1_000);
    }

    [Theory]
    [InlineData("sal:eps=1", "vtc")]
    [InlineData("least-tokens", "larry")]
    [InlineData("p2c", "priority")]
    [InlineData("random", "edf")]
    [InlineData("round-robin", "sjf")]
    [InlineData("least-requests", "fcfs")]
    [InlineData("sal", "none")]
    public void A_log_whose_first_files_are_gone_is_verified_from_the_saved_state(string router, string queue)
    {
        log.Begin(router, queue).Play(300).Close();
        var all = log.Verify().Decisions;
        Array.ForEach(log.Files[..2], File.Delete);

        var report = log.Verify();
        Assert.True(report.IsExact, string.Join('\n', report.Problems));
        Assert.InRange(report.Decisions, 1, all - 1);
        Assert.Contains("2 before it are gone", Assert.Single(report.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_missing_in_the_middle_is_a_problem_and_the_rest_is_verified()
    {
        log.Begin().Play(300).Close();
        var files = log.Files;
        File.Delete(files[2]);

        var report = log.Verify();
        Assert.Equal($"{files[3]}: 1 files before it are missing", Assert.Single(report.Problems));
        Assert.Equal((0L, 0L), (report.Differences, report.Unverified));
    }

    [Fact]
    public void Any_flipped_byte_is_found_and_named()
    {
        log.Begin(fileBytes: 1 << 20).Play(6).Close();
        var path = log.Files.Single();
        var whole = File.ReadAllBytes(path);
        for (var at = 0; at < whole.Length; at++)
        {
            var changed = (byte[])whole.Clone();
            changed[at] ^= 1;
            File.WriteAllBytes(path, changed);
            var report = log.Verify();
            Assert.False(report.IsExact, $"byte {at}");
            Assert.StartsWith($"{path}, offset ", Assert.Single(report.Problems), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_swapped_choice_is_a_difference_with_both_choices_and_the_inputs()
    {
        log.Begin("least-requests", "fcfs").Play(20).Drain().Play(1);
        FrontReplica[] replicas =
        [
            new(new ReplicaView { Replica = 4, InFlightRequests = 1 }, 0, 0, IsReported: true), new(new ReplicaView { Replica = 6, InFlightRequests = 2 }, 0, 0, IsReported: true),
        ];
        Assert.True(log.Encoder.Prepare());
        log.Encoder.Decided(TimeSpan.FromSeconds(9), 1, replicas, new LoggedDecision(FrontDecisionKind.Release, 21, 1, HeldReason.None));
        log.Encoder.Close();
        log.Kill();

        var report = log.Verify();
        Assert.Equal((1L, false), (report.Differences, report.IsExact));
        Assert.Equal(("request 21 to replica 6", "request 21 to replica 4"), (report.First!.Logged, report.First.Again));
        Assert.Contains("InFlightRequests = 2", report.First.Inputs[2], StringComparison.Ordinal);
        Assert.Contains(", offset ", report.First.At.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_is_refused_because_the_queue_is_too_long_is_a_decision_too()
    {
        log.Begin(queue: "fcfs").Play(30);
        var refused = log.Refuse();
        Assert.InRange(refused, 1, 30);
        log.Play(20).Close();
        var report = log.Verify();
        Assert.True(report.IsExact, $"{report.First}");
    }

    [Fact]
    public void Another_refused_than_the_one_that_would_be_is_a_difference()
    {
        log.Begin(queue: "fcfs").Play(30);
        log.Refuse(named: 999);
        log.Close();
        var report = log.Verify();
        Assert.Equal(1, report.Differences);
        Assert.Equal("refuse request 999", report.First!.Logged);
    }

    [Fact]
    public void A_killed_run_leaves_a_readable_beginning()
    {
        log.Begin(fileBytes: 1 << 20).Play(35).Kill();
        var path = log.Files.Single();
        var whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..^5]);

        var report = log.Verify();
        Assert.True(report.IsExact);
        Assert.InRange(report.Requests, 15, 20);
        Assert.Contains(report.Notes, note => note.StartsWith($"{path}, offset ", StringComparison.Ordinal));
        Assert.Contains(report.Notes, note => note.Contains("did not end in order", StringComparison.Ordinal));

        // The next run goes on in a file of its own.
        log.Begin(run: 2).Play(10).Close();
        Assert.True(log.Verify().IsExact);
    }

    [Fact]
    public void A_torn_block_in_the_middle_of_a_run_is_a_problem()
    {
        log.Begin().Play(300).Close();
        var path = log.Files[1];
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^5]);
        Assert.Contains(log.Verify().Problems, problem => problem.StartsWith($"{path}, offset ", StringComparison.Ordinal));
    }

    [Fact]
    public void Lost_records_are_a_gap_and_verification_goes_on_behind_it()
    {
        log.Begin().Play(50);
        log.Encoder.Flush();
        log.IsFull = true;
        log.Play(7);
        log.IsFull = false;
        log.Play(50).Close();

        var report = log.Verify();
        Assert.Contains($"{log.Encoder.TotalLost} records are missing here", Assert.Single(report.Problems), StringComparison.Ordinal);
        Assert.InRange(log.Encoder.TotalLost, 20, 100);
        Assert.Equal((0L, 0L), (report.Differences, report.Unverified));
        Assert.InRange(report.Requests, 95, 106);
    }

    [Fact]
    public void Blocks_that_the_disk_lost_are_a_gap_in_a_new_file()
    {
        log.Begin(fileBytes: 1 << 20).Play(20);
        log.Play(5);
        Assert.NotNull(log.Encoder.Abandon(3));
        log.Kill();
        log.Play(20).Close();
        Assert.Equal(2, log.Files.Length);
        var report = log.Verify();
        Assert.Contains("records are missing here", Assert.Single(report.Problems), StringComparison.Ordinal);
        Assert.Equal((0L, 0L), (report.Differences, report.Unverified));
        Assert.InRange(report.Requests, 35, 44);
    }

    [Fact]
    public void A_log_of_another_version_or_of_something_else_is_refused()
    {
        log.Begin(fileBytes: 1 << 20).Play(5).Close();
        var path = log.Files.Single();
        var bytes = File.ReadAllBytes(path);
        bytes[7] = 9;
        File.WriteAllBytes(path, bytes);
        Assert.Contains("it has version 9 of the format, and this program reads 1", Assert.Single(log.Verify().Problems), StringComparison.Ordinal);
        File.WriteAllText(path, "Shall I compare thee");
        Assert.Contains("does not begin as a decision log does", Assert.Single(log.Verify().Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_log_is_one_sentence()
    {
        Assert.Contains("without a decision log", Assert.Throws<TraceException>(() => log.Verify()).Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", Assert.Throws<TraceException>(() => DecisionLogFolder.Open(log.Path + "x")).Message, StringComparison.Ordinal);
    }

    /// <summary>Of every third request a part of the prompt is cached on one replica, and nothing is known of another.</summary>
    private sealed class EveryThird : IPrefixHits
    {
        public bool Look(in RouteRequest request, ReadOnlySpan<FrontReplica> replicas, Span<int?> tokens)
        {
            for (var i = 0; i < replicas.Length; i++)
            {
                tokens[i] = (request.Request.Id + i) % 3 == 0 ? request.Request.PromptTokens - 1 : i == 0 ? null : 0;
            }

            return request.Request.Id % 7 > 0;
        }
    }
}
