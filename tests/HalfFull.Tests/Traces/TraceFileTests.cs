using HalfFull.Traces;

namespace HalfFull.Tests.Traces;

public sealed class TraceFileTests : IDisposable
{
    private const string Azure = "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n2023-11-16 18:15:50.9951690,396,109\n";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Azure_rows_are_read_to_the_tick_and_start_at_zero()
    {
        var file = TraceFile.Open(folder.Write("anything.txt", Azure));
        Assert.Equal("azure", file.Format.Name);
        Assert.Equal("anything.txt", file.Name);
        Assert.Equal([new TraceRow(TimeSpan.Zero, 374, 44), new TraceRow(new TimeSpan(43_145_790), 396, 109)], file.Rows());
    }

    [Fact]
    public void Gzip_is_recognised_from_content_and_not_from_the_name()
    {
        var plain = TraceFile.Open(folder.Write("a.csv.gz", Azure));
        var packed = TraceFile.Open(folder.WriteGzip("b.csv", Azure));
        Assert.Equal(plain.Rows(), packed.Rows());
        Assert.NotEqual(plain.Sha256, packed.Sha256, StringComparer.Ordinal);
    }

    [Fact]
    public void The_digest_is_that_of_the_bytes_of_the_file()
    {
        var file = TraceFile.Open(folder.Write("a.csv", Azure));
        var expected = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Azure));
        Assert.Equal(Convert.ToHexStringLower(expected), file.Sha256);
    }

    [Fact]
    public void Windows_line_ends_a_byte_order_mark_blank_lines_and_a_missing_last_line_end_are_tolerated()
    {
        var text = "\uFEFF" + Azure.Replace("\n", "\r\n", StringComparison.Ordinal).TrimEnd();
        var lenient = TraceFile.Open(folder.Write("a.csv", text.Replace("\r\n2", "\r\n\r\n2", StringComparison.Ordinal)));
        Assert.Equal(TraceFile.Open(folder.Write("b.csv", Azure)).Rows(), lenient.Rows());
    }

    [Fact]
    public void ServeGen_rows_may_start_below_zero_and_carry_the_client_as_tenant()
    {
        var file = TraceFile.Open(folder.Write(
            "a.csv", "arrival_s,input_tokens,output_tokens,client_id,reason_tokens\n-72000.0000,171,48,60,0\n-71999.9999,173,51,10,7\n"));
        Assert.Equal("servegen", file.Format.Name);
        Assert.Equal(
            [new TraceRow(TimeSpan.Zero, 171, 48) { Tenant = "60" }, new TraceRow(TimeSpan.FromMicroseconds(100), 173, 51) { Tenant = "10" }], file.Rows());
    }

    [Fact]
    public void ServeGen_rows_need_no_client()
    {
        var file = TraceFile.Open(folder.Write("a.csv", "arrival_s,input_tokens,output_tokens\n1,2,3\n"));
        Assert.Equal([new TraceRow(TimeSpan.Zero, 2, 3)], file.Rows());
    }

    [Fact]
    public void Mooncake_rows_carry_prefix_ids_of_512_tokens()
    {
        var file = TraceFile.Open(folder.Write(
            "a.jsonl", """
            {"timestamp": 27482, "input_length": 1100, "output_length": 500, "hash_ids": [0, 1, 2]}
            {"timestamp": 30000, "input_length": 512, "output_length": 1, "hash_ids": []}
            """));
        var rows = file.Rows().ToArray();
        Assert.Equal("mooncake", file.Format.Name);
        Assert.Equal([0L, 1, 2], rows[0].PrefixHashes.ToArray());
        Assert.Equal(512, rows[0].PrefixUnitTokens);
        Assert.Equal(0, rows[1].PrefixUnitTokens);
        Assert.Equal(TimeSpan.FromMilliseconds(2518), rows[1].Arrival);
    }

    [Fact]
    public void Own_rows_carry_everything()
    {
        var file = TraceFile.Open(folder.Write(
            "a.jsonl", """
            {"arrival_s":10.5,"prompt_tokens":900,"output_tokens":3,"max_tokens":100,"tenant":"a\u0041","priority":-2,"session":"s","program":"p","prefix_hashes":[-1,9223372036854775807],"prefix_unit_tokens":16,"unknown":{"deep":[1]}}
            {"arrival_s":10.6,"prompt_tokens":1,"output_tokens":1,"tenant":null}
            """));
        var rows = file.Rows().ToArray();
        Assert.Equal("halffull", file.Format.Name);
        Assert.Equal([-1, long.MaxValue], rows[0].PrefixHashes.ToArray());
        Assert.Equal(
            new TraceRow(TimeSpan.Zero, 900, 3) { MaxOutputTokens = 100, Tenant = "aA", Priority = -2, Session = "s", Program = "p", PrefixUnitTokens = 16 },
            rows[0] with { PrefixHashes = default });
        Assert.Equal(new TraceRow(TimeSpan.FromMilliseconds(100), 1, 1), rows[1]);
    }

    [Fact]
    public void Two_passes_give_the_same_rows_and_a_pass_can_stop_early()
    {
        var file = TraceFile.Open(folder.WriteGzip("a.csv", Azure));
        Assert.Single(file.Rows().Take(1));
        Assert.Equal(file.Rows(), file.Rows());
    }

    [Fact]
    public void A_log_in_order_of_endings_can_be_sorted()
    {
        var file = TraceFile.Open(folder.Write("a.csv", "arrival_s,input_tokens,output_tokens\n5,1,1\n3,2,1\n4,3,1\n"));
        Assert.Throws<TraceException>(() => file.Rows().Count());
        Assert.Equal([2, 3, 1], file.SortedRows().Select(row => row.PromptTokens));
        Assert.Equal([0.0, 1, 2], file.SortedRows().Select(row => row.Arrival.TotalSeconds));
    }

    [Fact]
    public void Equal_tenants_are_one_string()
    {
        var rows = TraceFile.Open(folder.Write("a.csv", "arrival_s,input_tokens,output_tokens,client_id\n0,1,1,x\n0,1,1,x\n")).Rows().ToArray();
        Assert.Same(rows[0].Tenant, rows[1].Tenant);
    }
}
