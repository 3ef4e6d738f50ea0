using System.Globalization;
using System.Text.Json;

namespace HalfFull.Engine.StepTime;

/// <summary>
/// One JSON object of which every field must be known, present and in range. Each failure is an
/// <see cref="InvalidDataException"/> with one sentence that names the file and the field.
/// </summary>
internal sealed class StrictJsonObject
{
    private readonly Dictionary<string, JsonElement> fields = new(StringComparer.Ordinal);
    private readonly List<string> asked = [];
    private readonly string file;
    private readonly string path;

    public StrictJsonObject(JsonElement element, string file, string path = "")
    {
        this.file = file;
        this.path = path;
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException(path.Length == 0
                ? $"{file}: the document must be a JSON object, not {Kind(element)}."
                : $"{file}: field '{path.TrimEnd('.')}' is {Kind(element)}; it must be an object.");
        }

        foreach (var property in element.EnumerateObject())
        {
            if (!fields.TryAdd(property.Name, property.Value))
            {
                throw Wrong(property.Name, "appears twice; give it once");
            }
        }
    }

    /// <summary>Field names in the order of the file.</summary>
    public IEnumerable<string> Names => fields.Keys;

    public bool Has(string name)
    {
        asked.Add(name);
        return fields.ContainsKey(name);
    }

    public string Text(string name)
    {
        var element = Required(name);
        return element.ValueKind == JsonValueKind.String
            ? element.GetString()!
            : throw Wrong(name, $"is {Kind(element)}; it must be a string");
    }

    public double Number(string name)
    {
        var element = Required(name);
        return TryNumber(element, out var value) ? value : throw WrongNumber(name, element);
    }

    public double NumberOr(string name, double absent) => Has(name) ? Number(name) : absent;

    public long Whole(string name, long least, long most)
    {
        var element = Required(name);
        if (element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var value) && value >= least && value <= most)
        {
            return value;
        }

        throw Wrong(name, string.Create(
            CultureInfo.InvariantCulture, $"is {Shown(element)}; it must be a whole number from {least} to {most}"));
    }

    public double[] Numbers(string name) => Numbers(name, Required(name));

    /// <summary>At least two numbers, each above the one before.</summary>
    public double[] Knots(string name, double least)
    {
        var knots = Numbers(name);
        if (knots.Length < 2)
        {
            throw Wrong(name, "must have at least two numbers");
        }

        for (var i = 0; i < knots.Length; i++)
        {
            if (i == 0 ? knots[0] < least : knots[i] <= knots[i - 1])
            {
                throw Wrong($"{name}[{i}]", string.Create(CultureInfo.InvariantCulture, $"is {knots[i]}; it must be ")
                    + (i == 0 ? string.Create(CultureInfo.InvariantCulture, $"at least {least}") : "above the number before it"));
            }
        }

        return knots;
    }

    /// <summary>As many numbers as there are knots, none below the one before.</summary>
    public double[] Rising(string name, int count)
    {
        var values = Numbers(name);
        RequireCount(name, values.Length, count);
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i] < values[i - 1])
            {
                throw Wrong($"{name}[{i}]", string.Create(
                    CultureInfo.InvariantCulture, $"is {values[i]}; it must not be below the number before it"));
            }
        }

        return values;
    }

    /// <summary>A list of rows of the given number of columns.</summary>
    public double[][] Rows(string name, int columns)
    {
        var element = Required(name);
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0)
        {
            throw Wrong(name, $"is {Shown(element)}; it must be a list of rows");
        }

        var rows = new double[element.GetArrayLength()][];
        for (var i = 0; i < rows.Length; i++)
        {
            var row = $"{name}[{i}]";
            rows[i] = Numbers(row, element[i]);
            RequireCount(row, rows[i].Length, columns);
        }

        return rows;
    }

    public StrictJsonObject Object(string name) => new(Required(name), file, $"{path}{name}.");

    /// <summary>The objects of a list.</summary>
    public IEnumerable<StrictJsonObject> Objects(string name)
    {
        var element = Required(name);
        return element.ValueKind == JsonValueKind.Array
            ? element.EnumerateArray().Select((item, i) => new StrictJsonObject(item, file, $"{path}{name}[{i}]."))
            : throw Wrong(name, $"is {Kind(element)}; it must be a list");
    }

    /// <summary>To be called last: every field that nobody asked for is an error.</summary>
    public void RefuseOthers()
    {
        foreach (var name in fields.Keys)
        {
            if (!asked.Contains(name, StringComparer.Ordinal))
            {
                throw Wrong(name, $"is unknown; known here: {string.Join(", ", asked.Distinct(StringComparer.Ordinal))}");
            }
        }
    }

    public InvalidDataException Wrong(string name, string problem) => new($"{file}: field '{path}{name}' {problem}.");

    private JsonElement Required(string name)
    {
        asked.Add(name);
        return fields.TryGetValue(name, out var element) ? element : throw Wrong(name, "is missing");
    }

    private double[] Numbers(string name, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw Wrong(name, $"is {Kind(element)}; it must be a list of numbers");
        }

        var numbers = new double[element.GetArrayLength()];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!TryNumber(element[i], out numbers[i]))
            {
                throw WrongNumber($"{name}[{i}]", element[i]);
            }
        }

        return numbers;
    }

    private InvalidDataException WrongNumber(string name, JsonElement element) =>
        Wrong(name, $"is {Shown(element)}; it must be a finite number of at least 0");

    private static bool TryNumber(JsonElement element, out double value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out value) && double.IsFinite(value) && value >= 0;
    }

    private void RequireCount(string name, int found, int expected)
    {
        if (found != expected)
        {
            throw Wrong(name, string.Create(CultureInfo.InvariantCulture, $"has {found} numbers; it must have {expected}"));
        }
    }

    private static string Shown(JsonElement element) =>
        element.ValueKind is JsonValueKind.Number or JsonValueKind.String ? element.GetRawText() : Kind(element);

    private static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a truth value",
        _ => "null",
    };
}
