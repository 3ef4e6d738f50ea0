using System.Globalization;
using System.Text;

namespace HalfFull.Traces.Writers;

/// <summary>Writes the format of Azure 2023; the first request arrives at the start of the year 2000, since rows know no date.</summary>
public sealed class AzureWriter : ITraceLineWriter
{
    private static readonly DateTime Start = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <inheritdoc/>
    public string Name => "azure";

    /// <inheritdoc/>
    public IReadOnlyList<TraceColumn> Holds { get; } = [];

    /// <inheritdoc/>
    public void WriteHeader(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Write("TIMESTAMP,ContextTokens,GeneratedTokens\n"u8);
    }

    /// <inheritdoc/>
    public void Write(Stream stream, in TraceRow row)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Write(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{Start + row.Arrival:yyyy-MM-dd HH:mm:ss.fffffff},{row.PromptTokens},{row.OutputTokens}\n")));
    }
}
