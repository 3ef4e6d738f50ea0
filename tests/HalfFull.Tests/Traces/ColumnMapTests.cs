using HalfFull.Traces;

namespace HalfFull.Tests.Traces;

public sealed class ColumnMapTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Any_csv_is_read_by_its_column_names()
    {
        var rows = Read(
            "id,ts,in_tok,out_tok,user,cap,prio,chat\n1,0.5,10,20,\"Smith, \"\"Jo\"\"\",64,3,c1\n2,0.75,11.0,21,,,,\n",
            "arrival=ts,prompt=in_tok,output=out_tok,tenant=user,max=cap,priority=prio,session=chat");
        Assert.Equal(
            [
                new TraceRow(TimeSpan.Zero, 10, 20) { Tenant = "Smith, \"Jo\"", MaxOutputTokens = 64, Priority = 3, Session = "c1" },
                new TraceRow(TimeSpan.FromSeconds(0.25), 11, 21),
            ],
            rows);
    }

    [Fact]
    public void A_quoted_field_may_hold_line_ends_and_lines_are_still_counted()
    {
        const string Text = "ts,text,in,out\n1,\"two\nlines\",5,6\n2,\"x\",0,6\n";
        var error = Assert.Throws<TraceException>(() => Read(Text, "arrival=ts,prompt=in,output=out"));
        Assert.Contains(", line 4: in is '0'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_json_lines_are_read_by_their_member_names()
    {
        var rows = Read(
            """
            {"when":"2024-05-01T00:00:00Z","usage":{"prompt":1},"p":"7","o":8}
            {"when":"2024-05-01T02:00:01+02:00","p":9,"o":10}
            """,
            "arrival=when,prompt=p,output=o");
        Assert.Equal([new TraceRow(TimeSpan.Zero, 7, 8), new TraceRow(TimeSpan.FromSeconds(1), 9, 10)], rows);
    }

    [Theory]
    [InlineData("1700000000.25", "1700000000.5", 250)]
    [InlineData("1700000000250", "1700000000500", 250)]
    [InlineData("1700000000250000", "1700000000500000", 250)]
    [InlineData("1700000000250000000", "1700000000500000000", 250)]
    [InlineData("1.7e9", "1700000001", 1000)]
    [InlineData("0", "3000", 3_000_000)]
    [InlineData("2024-02-29 23:59:59.5", "2024-03-01 00:00:00.75", 1250)]
    [InlineData("2024-05-01T10:00:00.123456789+0530", "2024-05-01T04:30:01.123456789Z", 1000)]
    [InlineData("2024-05-01T10:00:00-01", "2024-05-01T11:00:01", 1000)]
    public void The_unit_of_time_is_found_from_the_first_value(string first, string second, int milliseconds)
    {
        var rows = Read($"t,p,o\n{first},1,1\n{second},1,1\n", "arrival=t,prompt=p,output=o");
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), rows[1].Arrival);
    }

    [Theory]
    [InlineData("s", 3_000_000)]
    [InlineData("ms", 3000)]
    [InlineData("us", 3)]
    public void A_given_unit_wins(string unit, int milliseconds)
    {
        var rows = Read("t,p,o\n0,1,1\n3000,1,1\n", $"arrival=t,prompt=p,output=o,unit={unit}");
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), rows[1].Arrival);
    }

    [Fact]
    public void Nanoseconds_are_rounded_to_ticks()
    {
        var rows = Read("t,p,o\n0,1,1\n1000,1,1\n", "arrival=t,prompt=p,output=o,unit=ns");
        Assert.Equal(TimeSpan.FromTicks(10), rows[1].Arrival);
    }

    [Theory]
    [InlineData("arrival=t,prompt=p", "The columns lack output;")]
    [InlineData("arrival=t,prompt=p,output=o,colour=c", "'colour' is nothing that a column can hold;")]
    [InlineData("arrival=t,prompt=p,output=", "'output=' names no column;")]
    [InlineData("arrival", "'arrival' names no column;")]
    [InlineData("arrival=t,prompt=p,output=p", "Column 'p' is given twice;")]
    [InlineData("arrival=t,arrival=u,prompt=p,output=o", "arrival is given twice;")]
    [InlineData("arrival=t,prompt=p,output=o,unit=days", "'days' is no unit of time;")]
    public void A_wrong_map_is_refused_with_what_is_accepted(string text, string start)
    {
        var error = Assert.Throws<FormatException>(() => ColumnMap.Parse(text));
        Assert.StartsWith(start, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_that_the_header_lacks_is_named_with_those_that_exist()
    {
        var error = Assert.Throws<TraceException>(() => Read("ts,p,o\n1,1,1\n", "arrival=t,prompt=p,output=o"));
        Assert.EndsWith(", line 1: there is no column 't'; the header has ts, p, o.", error.Message, StringComparison.Ordinal);
    }

    private TraceRow[] Read(string text, string columns) =>
        [.. TraceFile.Open(folder.Write("log.txt", text), ColumnMap.Parse(columns)).Rows()];
}
