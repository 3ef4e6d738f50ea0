using System.Text;

namespace HalfFull.Traces;

/// <summary>Reads rows of a CSV file with a header.</summary>
internal sealed class CsvParser : ITraceLineParser
{
    private readonly TraceColumn[] columns;
    private readonly RowParser row;

    /// <summary>A parser for a header.</summary>
    /// <exception cref="TraceException">The header lacks a column of the map.</exception>
    public CsvParser(ReadOnlySpan<byte> header, ColumnMap map, TracePosition position)
    {
        var names = Split(header);
        columns = new TraceColumn[names.Count];
        foreach (var (name, column) in map.Columns)
        {
            var at = names.IndexOf(name);
            if (at < 0)
            {
                throw position.Error($"there is no column '{name}'; the header has {string.Join(", ", names)}.");
            }

            columns[at] = column;
        }

        row = new RowParser(map);
    }

    /// <summary>The names in a header.</summary>
    public static List<string> Split(ReadOnlySpan<byte> header)
    {
        var names = new List<string>();
        var fields = new CsvLine(header);
        while (fields.TryNext(out var field))
        {
            names.Add(Encoding.UTF8.GetString(field));
        }

        return names;
    }

    /// <inheritdoc/>
    public TraceRow Parse(ReadOnlySpan<byte> line, TracePosition position)
    {
        var fields = new CsvLine(line);
        var count = 0;
        while (fields.TryNext(out var field))
        {
            if (count < columns.Length && columns[count] != TraceColumn.None)
            {
                row.Set(columns[count], field, position);
            }

            count++;
        }

        return count == columns.Length
            ? row.Take(position)
            : throw position.Error($"found {count} columns where the header has {columns.Length}.");
    }
}
