using System.Globalization;
using System.Text.Json;
using HalfFull.Policies;

namespace HalfFull.Gateway.Configuration;

/// <summary>One object of a configuration file, read field by field; each error names the file, the field and what would be accepted.</summary>
internal sealed class ConfigObject
{
    private readonly string file;
    private readonly string path;
    private readonly SortedDictionary<string, JsonElement> fields = new(StringComparer.Ordinal);
    private readonly HashSet<string> read = new(StringComparer.Ordinal);

    /// <param name="element">The object.</param>
    /// <param name="file">File that it is in.</param>
    /// <param name="path">Where in the file; empty for the whole of it.</param>
    /// <exception cref="FormatException">It is no object.</exception>
    public ConfigObject(JsonElement element, string file, string path)
    {
        this.file = file;
        this.path = path;
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Error(file, path, element, "an object in { }");
        }

        foreach (var property in element.EnumerateObject())
        {
            fields.Add(property.Name, property.Value);
        }
    }

    /// <summary>Names of its fields, sorted.</summary>
    public IEnumerable<string> Names => fields.Keys;

    /// <summary>A text, such as <c>"sal"</c>; null when it is not there.</summary>
    public string? Text(string name, string accepted = "a text in quotes") => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text
        : throw Refused(name, accepted);

    /// <summary>A text that may name environment variables as <c>${NAME}</c>, and that no error repeats.</summary>
    public string? Secret(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? Expand(name, text)
        : throw new FormatException($"{file}: {PathOf(name)} is not accepted: give a text in quotes, or \"${{NAME}}\" for an environment variable.");

    /// <summary>A text that a function understands.</summary>
    /// <param name="name">The field.</param>
    /// <param name="parse">Reads the text; null when it does not understand it.</param>
    /// <param name="accepted">What it understands.</param>
    public T? Parsed<T>(string name, Func<string, T?> parse, string accepted)
        where T : class => Text(name, accepted) is not { } text ? null : parse(text) ?? throw Refused(name, accepted);

    /// <summary>A whole number; null when it is not there.</summary>
    public int? Whole(string name, int least, int most) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most ? number
        : throw Refused(name, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));

    /// <summary>A number; null when it is not there.</summary>
    public double? Number(string name, double least, double most) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least && number <= most ? number
        : throw Refused(name, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"));

    /// <summary>True or false; null when it is not there.</summary>
    public bool? Flag(string name) => Find(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Refused(name, "true or false");

    /// <summary>A duration such as <c>"30s"</c>; null when it is not there.</summary>
    public TimeSpan? Time(string name, bool mayBeZero = false) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String && Duration.TryParse(value.GetString(), out var time) && (mayBeZero || time > TimeSpan.Zero)
            && time <= TimeSpan.FromDays(1) ? time
        : throw Refused(name, $"{Duration.Accepts}{(mayBeZero ? string.Empty : ", above 0")} and at most a day");

    /// <summary>An object; null when it is not there.</summary>
    public ConfigObject? Object(string name) => Find(name) is { } value ? new ConfigObject(value, file, PathOf(name)) : null;

    /// <summary>What a list holds; null when it is not there.</summary>
    public JsonElement[]? List(string name, string accepted) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()]
        : throw Refused(name, accepted);

    /// <summary>An object of a list.</summary>
    public ConfigObject Item(string name, int index, JsonElement item) => new(item, file, ItemPath(name, index));

    /// <summary>The file that a text names, from the folder of the configuration file on.</summary>
    public string? FilePath(string name) => Text(name, "the path of a file in quotes") is { } text
        ? Path.GetFullPath(text, Path.GetDirectoryName(Path.GetFullPath(file))!)
        : null;

    /// <summary>Whether a field is a number.</summary>
    public bool IsNumber(string name) => fields.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.Number;

    /// <summary>The error of a field.</summary>
    public FormatException Refused(string name, string accepted) => Error(file, PathOf(name), fields[name], accepted);

    /// <summary>The error of an entry of a list.</summary>
    public FormatException RefusedItem(string name, int index, JsonElement item, string accepted) => Error(file, ItemPath(name, index), item, accepted);

    /// <summary>The error of a field whose fault is no matter of form.</summary>
    public FormatException Wrong(string name, string what) => new($"{file}: {PathOf(name)}: {what}");

    /// <summary>Refuses fields that nobody has read.</summary>
    /// <exception cref="FormatException">There is one.</exception>
    public void Done()
    {
        if (fields.Keys.FirstOrDefault(name => !read.Contains(name)) is { } unknown)
        {
            var hint = NearestName.Among(unknown, read) is { } nearest ? $"; did you mean '{nearest}'?" : ".";
            throw new FormatException(
                $"{file}: {PathOf(unknown)} is unknown: {(path.Length == 0 ? "a configuration" : path)} takes {string.Join(", ", read.Order(StringComparer.Ordinal))}{hint}");
        }
    }

    private static FormatException Error(string file, string path, JsonElement value, string accepted)
    {
        var text = value.GetRawText().ReplaceLineEndings(" ");
        text = text.Length > 60 ? text[..57] + "..." : text;
        return new FormatException($"{file}: {(path.Length == 0 ? "the whole" : path)} is {text}, which is not accepted: give {accepted}.");
    }

    private JsonElement? Find(string name)
    {
        read.Add(name);
        return fields.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    private string ItemPath(string name, int index) => string.Create(CultureInfo.InvariantCulture, $"{PathOf(name)}[{index}]");

    private string Expand(string name, string text)
    {
        for (var start = text.IndexOf("${", StringComparison.Ordinal); start >= 0; start = text.IndexOf("${", start, StringComparison.Ordinal))
        {
            var end = text.IndexOf('}', start);
            var variable = end < 0 ? string.Empty : text[(start + 2)..end];
            var value = variable.Length > 0 ? Environment.GetEnvironmentVariable(variable) : null;
            if (string.IsNullOrEmpty(value))
            {
                throw new FormatException($"{file}: {PathOf(name)} asks for the environment variable '{variable}', which is not set.");
            }

            text = text[..start] + value + text[(end + 1)..];
            start += value.Length;
        }

        return text;
    }
}
