using HalfFull.Metrics;

namespace HalfFull.Tests.Metrics;

public sealed class RecordsCsvTests : IDisposable
{
    private const string Header = "id,arrival_s,first_token_s,finish_s,prompt_tokens,cached_tokens,output_tokens,preemptions,replica,tenant,outcome\n";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Writes_one_row_for_each_request_with_times_exact_to_the_tick()
    {
        var record = new RequestRecord(
            7, TimeSpan.FromTicks(1), TimeSpan.FromTicks(2), TimeSpan.FromTicks(12_345_678), TimeSpan.FromTicks(36_000_000_000_001), 100, 64, 20, 3, 2, "team a", Outcome.Completed);

        Assert.Equal(
            Header + "7,0.0000001,1.2345678,3600000.0000001,100,64,20,3,2,team a,completed\n",
            Written(record));
    }

    [Fact]
    public void Where_replicas_have_roles_two_more_columns_say_who_prefilled_and_how_long_it_was_on_its_way()
    {
        var path = folder.File("roles.csv");
        using (var csv = new RecordsCsv(path, withHandovers: true))
        {
            csv.Add(Given.Record(id: 1, finish: 1) with { PrefillReplica = 3, Handover = TimeSpan.FromMilliseconds(12.5) });
            csv.Add(Given.Record(id: 2, finish: 2));
            csv.Commit();
        }

        var lines = File.ReadAllText(path).Split('\n');
        Assert.EndsWith(",outcome,prefill_replica,handover_s", lines[0], StringComparison.Ordinal);
        Assert.EndsWith(",completed,3,0.0125000", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(",completed,,", lines[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, ",outcome,migrations", ",completed,2")]
    [InlineData(true, ",outcome,prefill_replica,handover_s,migrations", ",completed,,,2")]
    public void Where_requests_are_moved_a_last_column_says_how_often(bool withHandovers, string header, string row)
    {
        var path = folder.File("moved.csv");
        using (var csv = new RecordsCsv(path, withHandovers, withMigrations: true))
        {
            csv.Add(Given.Record(id: 1, finish: 1) with { Migrations = 2 });
            csv.Commit();
        }

        var lines = File.ReadAllText(path).Split('\n');
        Assert.EndsWith(header, lines[0], StringComparison.Ordinal);
        Assert.EndsWith(row, lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_that_never_ran_has_no_first_token() =>
        Assert.Equal(
            Header + "1,2.0000000,,2.0000000,100,0,0,0,0,,rejected\n" + "2,1.0000000,,3.0000000,100,0,0,0,0,,failed\n",
            Written(
                Given.Record(id: 1, arrival: 2, finish: 2, outputTokens: 0, outcome: Outcome.Rejected),
                Given.Record(id: 2, arrival: 1, finish: 3, outputTokens: 0, outcome: Outcome.Failed)));

    [Fact]
    public void Requests_of_one_finish_time_are_ordered_by_id()
    {
        var lines = Written(
            Given.Record(id: 9, finish: 1),
            Given.Record(id: 4, finish: 2),
            Given.Record(id: 2, finish: 2),
            Given.Record(id: 3, finish: 2),
            Given.Record(id: 1, finish: 3)).Split('\n')[1..^1];

        Assert.Equal("9 2 3 4 1", string.Join(' ', lines.Select(line => line.Split(',')[0])));
    }

    [Theory]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("équipe", "équipe")]
    public void Tenants_are_quoted_where_commas_quotes_or_line_breaks_need_it(string tenant, string field) =>
        Assert.EndsWith($",0,{field},completed\n", Written(Given.Record(tenant: tenant)), StringComparison.Ordinal);

    [Fact]
    public void A_run_without_requests_has_the_header() => Assert.Equal(Header, Written());

    [Fact]
    public void A_record_that_comes_too_late_is_refused()
    {
        using var csv = new RecordsCsv(folder.File("r.csv"));
        csv.Add(Given.Record(id: 1, finish: 2));

        Assert.Throws<InvalidOperationException>(() => csv.Add(Given.Record(id: 2, finish: 1)));
    }

    [Fact]
    public void Without_a_commit_no_file_is_left()
    {
        using (var csv = new RecordsCsv(folder.File("r.csv")))
        {
            csv.Add(Given.Record(id: 1, finish: 2));
            csv.Add(Given.Record(id: 2, finish: 3));
        }

        Assert.Empty(folder.Names());
    }

    private string Written(params ReadOnlySpan<RequestRecord> records)
    {
        var path = folder.File("records.csv");
        using (var csv = new RecordsCsv(path))
        {
            foreach (var record in records)
            {
                csv.Add(record);
            }

            csv.Commit();
        }

        return File.ReadAllText(path);
    }
}
