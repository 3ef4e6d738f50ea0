using System.Globalization;
using System.Text;
using HalfFull.Traces;

namespace HalfFull.Tests.Traces;

public sealed class BadTraceTests : IDisposable
{
    private const string AzureHeader = "TIMESTAMP,ContextTokens,GeneratedTokens\n";
    private const string ServeGenHeader = "arrival_s,input_tokens,output_tokens,client_id\n";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("2023-11-16 18:00:00,1", "line 2: found 2 columns where the header has 3.")]
    [InlineData("2023-11-16 18:00:00,1,1,1", "line 2: found 4 columns where the header has 3.")]
    [InlineData("yesterday,1,1", "line 2: TIMESTAMP is 'yesterday', but must be a date-time such as 2023-11-16 18:17:03.9799600.")]
    [InlineData("2023-02-30 18:00:00,1,1", "line 2: TIMESTAMP is '2023-02-30 18:00:00', but must be a date-time such as 2023-11-16 18:17:03.9799600.")]
    [InlineData("2023-11-16 18:00:00,-5,1", "line 2: ContextTokens is '-5', but must be a whole number from 1 to 100 million.")]
    [InlineData("2023-11-16 18:00:00,NaN,1", "line 2: ContextTokens is 'NaN', but must be a whole number from 1 to 100 million.")]
    [InlineData("2023-11-16 18:00:00,1.5,1", "line 2: ContextTokens is '1.5', but must be a whole number from 1 to 100 million.")]
    [InlineData("2023-11-16 18:00:00,1,100000001", "line 2: GeneratedTokens is '100000001', but must be a whole number from 1 to 100 million.")]
    [InlineData("2023-11-16 18:00:00,1,99999999999999999999", "line 2: GeneratedTokens is '99999999999999999999', but must be a whole number from 1 to 100 million.")]
    [InlineData("2023-11-16 18:00:00,1,", "line 2: GeneratedTokens is empty, but must be a whole number from 1 to 100 million.")]
    [InlineData("2023-11-16 18:00:00,1,0", "line 2: GeneratedTokens is '0', but must be a whole number from 1 to 100 million; remove requests that produced nothing.")]
    [InlineData("2023-11-16 18:00:00,1,1\n2023-11-16 17:59:59.5,1,1", "line 3: the request arrives 0.5 s before the one above it; sort the file by arrival.")]
    [InlineData("2023-11-16 18:00:00,1,1\n2043-11-16 18:00:00,1,1", "line 3: the request arrives more than ten years from the first; check the unit of the arrival column.")]
    public void A_bad_azure_row_is_named_by_its_line(string rows, string message) => Refused(AzureHeader + rows + "\n", message);

    [Theory]
    [InlineData("NaN,1,1,a", "line 2: arrival_s is 'NaN', but must be a number of seconds.")]
    [InlineData("-Infinity,1,1,a", "line 2: arrival_s is '-Infinity', but must be a number of seconds.")]
    [InlineData("1e300,1,1,a", "line 2: arrival_s is '1e300', but must be a number of seconds.")]
    [InlineData("9999999999999999999,1,1,a", "line 2: arrival_s is '9999999999999999999', but must be a number of seconds.")]
    [InlineData("1 2,1,1,a", "line 2: arrival_s is '1 2', but must be a number of seconds.")]
    [InlineData(",1,1,a", "line 2: arrival_s is empty, but must be a number of seconds.")]
    public void A_bad_time_in_seconds_is_named_by_its_line(string row, string message) => Refused(ServeGenHeader + row + "\n", message);

    [Theory]
    [InlineData("{\"arrival_s\":2,\"prompt_tokens\":1", "line 2: the line is not valid JSON at byte 33.")]
    [InlineData("[1]", "line 2: the line is no JSON object.")]
    [InlineData("{\"arrival_s\":2,\"prompt_tokens\":1,\"output_tokens\":1}{}", "line 2: the line is not valid JSON at byte 52.")]
    [InlineData("{\"arrival_s\":2,\"output_tokens\":1}", "line 2: prompt_tokens is missing.")]
    [InlineData("{\"prompt_tokens\":1,\"output_tokens\":1}", "line 2: arrival_s is missing.")]
    [InlineData("{\"arrival_s\":2,\"prompt_tokens\":1,\"output_tokens\":true}", "line 2: output_tokens is 'true', but must be a whole number from 1 to 100 million.")]
    [InlineData("{\"arrival_s\":2,\"prompt_tokens\":1,\"output_tokens\":1,\"max_tokens\":0}", "line 2: max_tokens is '0', but must be a whole number from 1 to 100 million; remove requests that produced nothing.")]
    [InlineData("{\"arrival_s\":2,\"prompt_tokens\":1,\"output_tokens\":1,\"priority\":\"high\"}", "line 2: priority is 'high', but must be a whole number.")]
    [InlineData("{\"arrival_s\":2,\"prompt_tokens\":1,\"output_tokens\":1,\"prefix_hashes\":[1.5]}", "line 2: prefix id '1.5' must be a whole number of 64 bits.")]
    [InlineData("{\"arrival_s\":2,\"prompt_tokens\":1,\"output_tokens\":1,\"prefix_hashes\":[1]}", "line 2: prefix_hashes needs prefix_unit_tokens, the tokens that one id stands for.")]
    public void A_bad_json_line_is_named_by_its_line(string line, string message) =>
        Refused("{\"arrival_s\":1,\"prompt_tokens\":1,\"output_tokens\":1}\n" + line + "\n", message);

    [Fact]
    public void A_missing_file_is_named()
    {
        var path = folder.PathOf("none.csv");
        var error = Assert.Throws<TraceException>(() => TraceFile.Open(path));
        Assert.Equal($"{path} does not exist.", error.Message);
    }

    [Fact]
    public void A_directory_is_no_trace()
    {
        var error = Assert.Throws<TraceException>(() => TraceFile.Open(folder.PathOf(".")));
        Assert.EndsWith(" is a directory; give a trace file.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_is_refused()
    {
        var error = Assert.Throws<TraceException>(() => TraceFile.Open(folder.Write("a", "\n\n")));
        Assert.EndsWith(" is empty; a trace needs at least one request.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_without_rows_is_refused()
    {
        var file = TraceFile.Open(folder.Write("a", AzureHeader));
        var error = Assert.Throws<TraceException>(() => file.Rows().Count());
        Assert.EndsWith(" holds no requests; a trace needs at least one.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,b,c\n1,2,3\n")]
    [InlineData("{\"a\":1}\n")]
    [InlineData("hello\n")]
    public void An_unknown_format_lists_the_known_ones_and_the_way_out(string text)
    {
        var error = Assert.Throws<TraceException>(() => TraceFile.Open(folder.Write("a", text)));
        foreach (var part in (string[])["azure: ", "servegen: ", "mooncake: ", "halffull: ", "--columns"])
        {
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(1000)]
    [InlineData(20000)]
    public void A_truncated_gzip_is_refused_wherever_it_was_cut(int missing)
    {
        var bytes = TemporaryFolder.Gzip(ManyRows());
        var path = folder.PathOf("cut.gz");
        File.WriteAllBytes(path, bytes[..^missing]);
        var error = Assert.Throws<TraceException>(() => TraceFile.Open(path).Rows().Count());
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gzip_cut_between_two_lines_is_still_seen_as_truncated()
    {
        var whole = TemporaryFolder.Gzip(ManyRows());
        var path = folder.PathOf("cut.gz");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var missing = 1; missing < 400; missing++)
        {
            File.WriteAllBytes(path, whole[..^missing]);
            var error = Assert.Throws<TraceException>(() => TraceFile.Open(path).Rows().Count());
            seen.Add(error.Message.Contains("gzip", StringComparison.Ordinal) ? "gzip" : "row");
        }

        Assert.Contains("gzip", seen);
    }

    [Fact]
    public void A_gzip_with_a_changed_byte_is_refused()
    {
        var bytes = TemporaryFolder.Gzip(ManyRows());
        bytes[^6] ^= 1;
        var path = folder.PathOf("bad.gz");
        File.WriteAllBytes(path, bytes);
        Assert.Throws<TraceException>(() => TraceFile.Open(path).Rows().Count());
    }

    [Fact]
    public void Gzip_files_joined_end_to_end_are_one_trace()
    {
        var path = folder.PathOf("joined.gz");
        var second = TemporaryFolder.Gzip("2023-11-16 19:00:00,7,7\n");
        File.WriteAllBytes(path, [.. TemporaryFolder.Gzip(ManyRows()), .. second]);
        Assert.Equal(3001, TraceFile.Open(path).Rows().Count());
        File.WriteAllBytes(path, [.. TemporaryFolder.Gzip(ManyRows()), .. second[..^4]]);
        Assert.Throws<TraceException>(() => TraceFile.Open(path).Rows().Count());
    }

    private static string ManyRows()
    {
        var text = new StringBuilder(AzureHeader);
        for (var i = 0; i < 3000; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"2023-11-16 18:{i / 60:00}:{i % 60:00},{1 + (Rng.Mix((ulong)i) % 5000)},{1 + (Rng.Mix((ulong)i + 9999) % 900)}\n");
        }

        return text.ToString();
    }

    private void Refused(string text, string message)
    {
        var path = folder.Write("bad", text);
        var error = Assert.Throws<TraceException>(() => TraceFile.Open(path).Rows().Count());
        Assert.Equal($"{path}, {message}", error.Message);
    }
}
