using System.Buffers;
using System.Text;
using System.Text.Json;

namespace HalfFull.Traces;

/// <summary>Reads rows of JSON lines: one object a line; members that the map does not name are passed over.</summary>
internal sealed class JsonLineParser : ITraceLineParser
{
    private readonly (byte[] Name, TraceColumn Column)[] members;
    private readonly RowParser row;
    private readonly ArrayBufferWriter<long> hashes = new();

    /// <summary>A parser for the members of a map.</summary>
    public JsonLineParser(ColumnMap map)
    {
        members = [.. map.Columns.Select(column => (Encoding.UTF8.GetBytes(column.Name), column.Column))];
        row = new RowParser(map);
    }

    /// <summary>Whether the line is one JSON object that has all these members.</summary>
    public static bool HasMembers(ReadOnlySpan<byte> line, params ReadOnlySpan<string> names)
    {
        try
        {
            var found = 0;
            var json = new Utf8JsonReader(line);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                foreach (var name in names)
                {
                    found += json.ValueTextEquals(name) ? 1 : 0;
                }

                json.Skip();
            }

            return found >= names.Length;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public TraceRow Parse(ReadOnlySpan<byte> line, TracePosition position)
    {
        try
        {
            var json = new Utf8JsonReader(line);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                throw position.Error("the line is no JSON object.");
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var column = Find(ref json);
                json.Read();
                Take(ref json, column, position);
            }

            if (json.Read())
            {
                throw position.Error("the line holds more than one JSON object.");
            }

            return row.Take(position);
        }
        catch (JsonException error)
        {
            throw position.Error($"the line is not valid JSON at byte {error.BytePositionInLine + 1}.");
        }
    }

    private TraceColumn Find(ref Utf8JsonReader json)
    {
        foreach (var (name, column) in members)
        {
            if (json.ValueTextEquals(name))
            {
                return column;
            }
        }

        return TraceColumn.None;
    }

    private void Take(ref Utf8JsonReader json, TraceColumn column, TracePosition position)
    {
        if (json.TokenType == JsonTokenType.StartArray && column == TraceColumn.PrefixHashes)
        {
            row.SetPrefixHashes(ReadHashes(ref json, position));
        }
        else if (json.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
        {
            json.Skip();
        }
        else if (json.TokenType != JsonTokenType.Null && column != TraceColumn.None)
        {
            row.Set(column, json.ValueIsEscaped ? Encoding.UTF8.GetBytes(json.GetString()!) : json.ValueSpan, position);
        }
    }

    private ReadOnlyMemory<long> ReadHashes(ref Utf8JsonReader json, TracePosition position)
    {
        hashes.ResetWrittenCount();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out var hash))
            {
                throw position.Error($"prefix id {TraceField.Show(json.ValueSpan)} must be a whole number of 64 bits.");
            }

            hashes.GetSpan(1)[0] = hash;
            hashes.Advance(1);
        }

        return hashes.WrittenSpan.ToArray();
    }
}
