using FsCheck;
using FsCheck.Fluent;
using HalfFull.Traces;
using HalfFull.Traces.Writers;

namespace HalfFull.Tests.Traces;

public sealed class TraceConversionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_is_written_in_the_own_format_is_read_back_unchanged() =>
        Prop.ForAll(Arb.From(AnyRows()), rows => Identical(rows, RoundTrip(rows, "halffull"))).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("azure")]
    [InlineData("servegen")]
    public void Other_formats_keep_times_to_the_tick_and_lengths(string format) =>
        Prop.ForAll(Arb.From(AnyRows()), rows => Identical(
            rows.Select(row => new TraceRow(row.Arrival, row.PromptTokens, row.OutputTokens) { Tenant = format is "servegen" ? row.Tenant : null }),
            RoundTrip(rows, format))).QuickCheckThrowOnFailure();

    [Fact]
    public void Mooncake_keeps_milliseconds_lengths_and_prefix_ids()
    {
        var rows = new[] { Row(0, 5, 6) with { PrefixHashes = new long[] { 3, 4 }, PrefixUnitTokens = 512 }, Row(12_345_678, 7, 8) };
        var expected = new[] { rows[0], rows[1] with { Arrival = TimeSpan.FromMilliseconds(1234) } };
        Assert.True(Identical(expected, RoundTrip(rows, "mooncake")));
    }

    [Fact]
    public void Mooncake_refuses_prefix_ids_of_another_unit()
    {
        var rows = new[] { Row(0, 5, 6) with { PrefixHashes = new long[] { 3 }, PrefixUnitTokens = 16 } };
        var error = Assert.Throws<TraceException>(() => TraceConversion.Write(rows, folder.PathOf("a"), TraceWriters.Create("mooncake")));
        Assert.Contains("stand for 16 tokens each", error.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Files());
    }

    [Fact]
    public void What_a_format_cannot_hold_is_reported()
    {
        var rows = new[] { Row(0, 5, 6) with { Tenant = "t", Session = "s", MaxOutputTokens = 9 } };
        var result = TraceConversion.Write(rows, folder.PathOf("a.csv"), TraceWriters.Create("servegen"));
        Assert.Equal(1, result.Rows);
        Assert.Equal([TraceColumn.Max, TraceColumn.Session], result.Dropped);
    }

    [Fact]
    public void A_name_that_ends_in_gz_is_compressed()
    {
        var path = folder.PathOf("a.jsonl.gz");
        TraceConversion.Write([Row(0, 5, 6)], path, TraceWriters.Create("halffull"));
        Assert.Equal([0x1F, 0x8B], File.ReadAllBytes(path)[..2]);
        Assert.Equal([Row(0, 5, 6)], TraceFile.Open(path).Rows());
    }

    [Fact]
    public void An_error_in_the_source_leaves_the_old_file_and_nothing_else()
    {
        var source = TraceFile.Open(folder.Write("in.csv", "arrival_s,input_tokens,output_tokens\n1,1,1\n2,x,1\n"));
        var target = folder.Write("out.jsonl", "old");
        Assert.Throws<TraceException>(() => TraceConversion.Write(source.Rows(), target, TraceWriters.Create("halffull")));
        Assert.Equal("old", File.ReadAllText(target));
        Assert.Equal(["in.csv", "out.jsonl"], folder.Files(), StringComparer.Ordinal);
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_named()
    {
        var path = Path.Combine(folder.PathOf("none"), "a.csv");
        var error = Assert.Throws<TraceException>(() => TraceConversion.Write([Row(0, 1, 1)], path, TraceWriters.Create("azure")));
        Assert.StartsWith($"{path} cannot be written: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_target_format_lists_those_that_exist()
    {
        var error = Assert.Throws<FormatException>(() => TraceWriters.Create("parquet"));
        Assert.Equal("'parquet' is no trace format that can be written; formats are halffull, azure, servegen, mooncake.", error.Message);
        Assert.All(TraceWriters.Names, name => Assert.Equal(name, TraceWriters.Create(name).Name));
    }

    [Fact]
    public void Sorting_orders_by_arrival_keeps_ties_and_starts_at_zero()
    {
        var sorted = new[] { Row(70, 1, 1), Row(50, 2, 1), Row(70, 3, 1), Row(50, 4, 1) }.SortByArrival();
        Assert.Equal([Row(0, 2, 1), Row(0, 4, 1), Row(20, 1, 1), Row(20, 3, 1)], sorted);
    }

    private static TraceRow Row(long ticks, int prompt, int output) => new(new TimeSpan(ticks), prompt, output);

    private static Gen<TraceRow[]> AnyRows()
    {
        var text = Gen.Elements(null, "a", "tenant, \"x\"", "ünï", "line\nend", " ");
        var row = from gap in Gen.Choose(0, 100_000_000)
                  from prompt in Gen.Choose(1, 200_000)
                  from output in Gen.Choose(1, 5000)
                  from max in Gen.Choose(0, 3)
                  from tenant in text
                  from session in text
                  from priority in Gen.Choose(-2, 2)
                  from hashes in Gen.Choose(-5, int.MaxValue).Select(hash => (long)hash).ArrayOf()
                  select Row(gap, prompt, output) with
                  {
                      MaxOutputTokens = max == 0 ? null : max * 1000,
                      Tenant = tenant,
                      Session = session,
                      Program = tenant,
                      Priority = priority,
                      PrefixHashes = hashes,
                      PrefixUnitTokens = hashes.Length == 0 ? 0 : 16,
                  };
        return row.NonEmptyListOf().Select(rows =>
        {
            var arrival = TimeSpan.Zero;
            return rows.Select((each, i) => each with { Arrival = i == 0 ? arrival : arrival += each.Arrival }).ToArray();
        });
    }

    private static bool Identical(IEnumerable<TraceRow> expected, IEnumerable<TraceRow> actual) =>
        expected.Zip(actual).All(pair => pair.First.PrefixHashes.Span.SequenceEqual(pair.Second.PrefixHashes.Span)
            && pair.First with { PrefixHashes = default } == pair.Second with { PrefixHashes = default })
        && expected.Count() == actual.Count();

    private TraceRow[] RoundTrip(IEnumerable<TraceRow> rows, string format)
    {
        var path = folder.PathOf("trip");
        TraceConversion.Write(rows, path, TraceWriters.Create(format));
        var file = TraceFile.Open(path);
        Assert.Equal(format, file.Format.Name);
        return [.. file.Rows()];
    }
}
