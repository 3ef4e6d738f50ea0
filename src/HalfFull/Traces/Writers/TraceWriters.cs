namespace HalfFull.Traces.Writers;

/// <summary>The formats that can be written.</summary>
public static class TraceWriters
{
    /// <summary>Their names, the own format first.</summary>
    public static IReadOnlyList<string> Names { get; } = ["halffull", "azure", "servegen", "mooncake"];

    /// <summary>A writer for the format of this name.</summary>
    /// <exception cref="FormatException">There is no such format; the message lists those that exist.</exception>
    public static ITraceLineWriter Create(string name) => name switch
    {
        "halffull" => new HalfFullWriter(),
        "azure" => new AzureWriter(),
        "servegen" => new ServeGenWriter(),
        "mooncake" => new MooncakeWriter(),
        _ => throw new FormatException($"'{name}' is no trace format that can be written; formats are {string.Join(", ", Names)}."),
    };
}
