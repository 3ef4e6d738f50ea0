using System.Buffers;
using System.Globalization;
using System.Text;

namespace HalfFull.Traces.Writers;

/// <summary>Writes the columns of a ServeGen sample; the client is empty where the tenant is unknown.</summary>
public sealed class ServeGenWriter : ITraceLineWriter
{
    private static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n ");

    /// <inheritdoc/>
    public string Name => "servegen";

    /// <inheritdoc/>
    public IReadOnlyList<TraceColumn> Holds { get; } = [TraceColumn.Tenant];

    /// <inheritdoc/>
    public void WriteHeader(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Write("arrival_s,input_tokens,output_tokens,client_id\n"u8);
    }

    /// <inheritdoc/>
    public void Write(Stream stream, in TraceRow row)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var seconds = (decimal)row.Arrival.Ticks / TimeSpan.TicksPerSecond;
        stream.Write(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{seconds},{row.PromptTokens},{row.OutputTokens},{Quote(row.Tenant ?? "")}\n")));
    }

    private static string Quote(string text) =>
        text.AsSpan().ContainsAny(Special) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
