namespace HalfFull.Traces;

/// <summary>Which columns of a CSV file, or members of JSON lines, hold what.</summary>
public sealed class ColumnMap
{
    private const string Usage = "write arrival=COLUMN,prompt=COLUMN,output=COLUMN and, as wanted, max, tenant, priority, session, program, unit=s|ms|us|ns|datetime";
    private readonly List<(string Name, TraceColumn Column)> columns = [];

    /// <summary>A map from names to what they hold.</summary>
    /// <exception cref="FormatException">A name or a meaning occurs twice, or arrival, prompt or output is missing.</exception>
    public ColumnMap(TimeUnit unit, params ReadOnlySpan<(string Name, TraceColumn Column)> columns)
    {
        Unit = unit;
        foreach (var (name, column) in columns)
        {
            Add(name, column);
        }

        foreach (var needed in (ReadOnlySpan<TraceColumn>)[TraceColumn.Arrival, TraceColumn.Prompt, TraceColumn.Output])
        {
            if (!this.columns.Exists(known => known.Column == needed))
            {
                throw new FormatException($"The columns lack {Spell(needed)}; {Usage}.");
            }
        }
    }

    /// <summary>Unit of the arrival column.</summary>
    public TimeUnit Unit { get; }

    /// <summary>Tokens of one prefix id where no column says so; 0 for none.</summary>
    public int PrefixUnitTokens { get; init; }

    /// <summary>The names, in the order given.</summary>
    public IReadOnlyList<(string Name, TraceColumn Column)> Columns => columns;

    /// <summary>Reads <c>arrival=ts,prompt=in_tok,output=out_tok[,max=..,tenant=..,priority=..,session=..,program=..,unit=ms]</c>.</summary>
    /// <exception cref="FormatException">The text is no such list; the message says what is accepted.</exception>
    public static ColumnMap Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var unit = TimeUnit.Detect;
        var found = new List<(string, TraceColumn)>();
        foreach (var part in text.Split(','))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? part.Trim() : part[..equals].Trim();
            var name = equals < 0 ? "" : part[(equals + 1)..].Trim();
            if (name.Length == 0)
            {
                throw new FormatException($"'{part.Trim()}' names no column; {Usage}.");
            }

            if (key is "unit")
            {
                unit = ParseUnit(name);
            }
            else
            {
                found.Add((name, ParseColumn(key)));
            }
        }

        return new ColumnMap(unit, found.ToArray());
    }

    private static TraceColumn ParseColumn(string key) => key switch
    {
        "arrival" => TraceColumn.Arrival,
        "prompt" => TraceColumn.Prompt,
        "output" => TraceColumn.Output,
        "max" => TraceColumn.Max,
        "tenant" => TraceColumn.Tenant,
        "priority" => TraceColumn.Priority,
        "session" => TraceColumn.Session,
        "program" => TraceColumn.Program,
        _ => throw new FormatException($"'{key}' is nothing that a column can hold; {Usage}."),
    };

    private static TimeUnit ParseUnit(string name) => name switch
    {
        "s" => TimeUnit.Seconds,
        "ms" => TimeUnit.Milliseconds,
        "us" => TimeUnit.Microseconds,
        "ns" => TimeUnit.Nanoseconds,
        "datetime" => TimeUnit.DateTime,
        _ => throw new FormatException($"'{name}' is no unit of time; {Usage}."),
    };

    private static string Spell(TraceColumn column) => column.ToString().ToLowerInvariant();

    private void Add(string name, TraceColumn column)
    {
        if (columns.Exists(known => known.Column == column))
        {
            throw new FormatException($"{Spell(column)} is given twice; {Usage}.");
        }

        if (columns.Exists(known => string.Equals(known.Name, name, StringComparison.Ordinal)))
        {
            throw new FormatException($"Column '{name}' is given twice; each column holds one thing.");
        }

        columns.Add((name, column));
    }
}
