namespace HalfFull.Traces;

/// <summary>Collects the values of one row by what they mean; reused for every row of a pass.</summary>
internal sealed class RowParser
{
    private readonly string[] names = new string[Enum.GetValues<TraceColumn>().Length];
    private readonly int defaultPrefixUnit;
    private readonly ArrivalClock clock;
    private readonly TextInterner texts = new();
    private TimeSpan? arrival;
    private int prompt;
    private int output;
    private int? max;
    private int priority;
    private int prefixUnit;
    private string? tenant;
    private string? session;
    private string? program;
    private ReadOnlyMemory<long> prefixHashes;

    /// <summary>A parser for the columns of a map.</summary>
    public RowParser(ColumnMap map)
    {
        foreach (var (name, column) in map.Columns)
        {
            names[(int)column] = name;
        }

        defaultPrefixUnit = map.PrefixUnitTokens;
        clock = new ArrivalClock(map.Unit, names[(int)TraceColumn.Arrival]);
        Clear();
    }

    /// <summary>Takes a value; an empty one of an optional column counts as absent.</summary>
    public void Set(TraceColumn column, ReadOnlySpan<byte> text, TracePosition position)
    {
        var name = names[(int)column];
        switch (column)
        {
            case TraceColumn.Arrival:
                arrival = clock.Read(text, position);
                break;
            case TraceColumn.Prompt:
                prompt = TraceField.Tokens(text, name, position);
                break;
            case TraceColumn.Output:
                output = TraceField.Tokens(text, name, position);
                break;
            case TraceColumn.Max when !text.IsEmpty:
                max = TraceField.Tokens(text, name, position);
                break;
            case TraceColumn.Priority when !text.IsEmpty:
                priority = TraceField.Whole(text, name, position);
                break;
            case TraceColumn.PrefixUnit when !text.IsEmpty:
                prefixUnit = TraceField.Tokens(text, name, position);
                break;
            case TraceColumn.Tenant:
                tenant = texts.Intern(text);
                break;
            case TraceColumn.Session:
                session = texts.Intern(text);
                break;
            case TraceColumn.Program:
                program = texts.Intern(text);
                break;
            default:
                break;
        }
    }

    /// <summary>Takes the list of prefix ids.</summary>
    public void SetPrefixHashes(ReadOnlyMemory<long> hashes) => prefixHashes = hashes;

    /// <summary>The row, checked for completeness; the parser is then ready for the next.</summary>
    public TraceRow Take(TracePosition position)
    {
        if (arrival is not { } time || prompt == 0 || output == 0)
        {
            throw position.Error($"{names[(int)(arrival is null ? TraceColumn.Arrival : prompt == 0 ? TraceColumn.Prompt : TraceColumn.Output)]} is missing.");
        }

        if (!prefixHashes.IsEmpty && prefixUnit == 0)
        {
            throw position.Error($"{names[(int)TraceColumn.PrefixHashes]} needs {names[(int)TraceColumn.PrefixUnit]}, the tokens that one id stands for.");
        }

        var row = new TraceRow(time, prompt, output)
        {
            MaxOutputTokens = max,
            Tenant = tenant,
            Priority = priority,
            Session = session,
            Program = program,
            PrefixHashes = prefixHashes,
            PrefixUnitTokens = prefixHashes.IsEmpty ? 0 : prefixUnit,
        };
        Clear();
        return row;
    }

    private void Clear()
    {
        arrival = null;
        prompt = output = priority = 0;
        max = null;
        prefixUnit = defaultPrefixUnit;
        tenant = session = program = null;
        prefixHashes = default;
    }
}
