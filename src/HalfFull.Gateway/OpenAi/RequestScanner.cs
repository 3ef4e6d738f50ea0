using System.Globalization;
using System.Text.Json;
using HalfFull.Gateway.Http;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.OpenAi;

/// <summary>Scans the body of an OpenAI request once, as UTF-8, without building anything of it.</summary>
internal ref struct RequestScanner
{
    private const int MaxDepth = 256;
    private const ulong ModelKey = 1;
    private const ulong ToolsKey = 2;
    private const ulong CacheSaltKey = 3;
    private const ulong AdapterKey = 4;
    private static readonly byte[] WholeOption = "\"stream_options\":{\"include_usage\":true},"u8.ToArray();
    private static readonly byte[] OptionObject = "{\"include_usage\":true}"u8.ToArray();
    private static readonly byte[] OnlyMember = "\"include_usage\":true"u8.ToArray();
    private static readonly byte[] FirstMember = "\"include_usage\":true,"u8.ToArray();
    private static readonly byte[] True = "true"u8.ToArray();

    private readonly ReadOnlySpan<byte> body;
    private Utf8JsonReader reader;
    private PrefixChain prefix;
    private RequestScan scan;
    private BodySplice splice;
    private long promptBytes;
    private int promptTokenIds;

    private RequestScanner(ReadOnlySpan<byte> body, PrefixSalt? salt)
    {
        this.body = body;
        prefix = salt is { } secret ? new PrefixChain(secret, body.Length) : default;
        reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        scan = new RequestScan { Choices = 1 };
    }

    /// <summary>Scans a body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="salt">Secret for the hashes of the prompt's prefix; null when they are not wanted.</param>
    /// <exception cref="RequestRefusedException">It is no JSON object, or a field that matters has the wrong type.</exception>
    public static RequestScan Scan(ReadOnlySpan<byte> body, PrefixSalt? salt = null)
    {
        var scanner = new RequestScanner(body, salt);
        try
        {
            return scanner.Run();
        }
        catch (JsonException error)
        {
            throw Refused(string.Create(
                CultureInfo.InvariantCulture, $"The body is not valid JSON at line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}."));
        }
        catch (InvalidOperationException)
        {
            throw Refused("The body holds text that is not valid UTF-8.");
        }
    }

    private RequestScan Run()
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw Refused("The body must be a JSON object.");
        }

        splice = new BodySplice((int)reader.BytesConsumed, 0, WholeOption);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            Property();
        }

        // What follows the object must be white space.
        _ = reader.Read();
        return scan with
        {
            PromptBytes = promptBytes,
            PromptTokenIds = promptTokenIds,
            PrefixHashes = prefix.Finish(),
            UsageSplice = scan.Stream && !scan.IncludesUsage ? splice : null,
        };
    }

    private void Property()
    {
        if (reader.ValueTextEquals("model"u8))
        {
            scan = scan with { Model = Text("model") };
            prefix.Key(ModelKey, reader.ValueSpan);
        }
        else if (reader.ValueTextEquals("stream"u8))
        {
            scan = scan with { Stream = Flag("stream") };
        }
        else if (reader.ValueTextEquals("stream_options"u8))
        {
            StreamOptions();
        }
        else if (reader.ValueTextEquals("max_tokens"u8))
        {
            scan = scan with { MaxOutputTokens = Count("max_tokens") ?? scan.MaxOutputTokens };
        }
        else if (reader.ValueTextEquals("max_completion_tokens"u8))
        {
            scan = scan with { MaxOutputTokens = Count("max_completion_tokens") ?? scan.MaxOutputTokens };
        }
        else if (reader.ValueTextEquals("max_output_tokens"u8))
        {
            scan = scan with { MaxOutputTokens = Count("max_output_tokens") ?? scan.MaxOutputTokens };
        }
        else if (reader.ValueTextEquals("n"u8))
        {
            scan = scan with { Choices = Count("n") ?? 1 };
        }
        else if (reader.ValueTextEquals("user"u8))
        {
            scan = scan with { User = Text("user") };
        }
        else if (reader.ValueTextEquals("priority"u8))
        {
            _ = reader.Read();
            scan = scan with { Priority = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var priority) ? priority : null };
            reader.Skip();
        }
        else if (reader.ValueTextEquals("prompt"u8) || reader.ValueTextEquals("input"u8) || reader.ValueTextEquals("messages"u8)
            || reader.ValueTextEquals("instructions"u8))
        {
            Prompt(isPrefix: true);
        }
        else if (reader.ValueTextEquals("tools"u8))
        {
            // Templates put tools in front of the messages, wherever they stand in the body.
            var start = (int)reader.BytesConsumed;
            Prompt(isPrefix: false);
            prefix.Key(ToolsKey, body[start..(int)reader.BytesConsumed]);
        }
        else if (reader.ValueTextEquals("cache_salt"u8))
        {
            KeyText(CacheSaltKey);
        }
        else if (reader.ValueTextEquals("lora_path"u8) || reader.ValueTextEquals("adapter_id"u8))
        {
            KeyText(AdapterKey);
        }
        else
        {
            reader.Skip();
        }
    }

    /// <summary>Counts the text and token ids of a value, however deep they lie.</summary>
    private void Prompt(bool isPrefix)
    {
        var depth = reader.CurrentDepth;
        var isText = true;
        var isData = false;
        do
        {
            _ = reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    isText = !(reader.ValueTextEquals("role"u8) || reader.ValueTextEquals("type"u8) || reader.ValueTextEquals("url"u8)
                        || reader.ValueTextEquals("data"u8) || reader.ValueTextEquals("id"u8) || reader.ValueTextEquals("tool_call_id"u8));
                    isData = reader.ValueTextEquals("role"u8) || reader.ValueTextEquals("url"u8) || reader.ValueTextEquals("data"u8);
                    break;
                case JsonTokenType.String:
                    var isAddress = reader.ValueSpan.StartsWith("data:"u8);
                    promptBytes += isText && !isAddress ? reader.ValueSpan.Length : 0;
                    if (isPrefix && (isText || isData))
                    {
                        AddToPrefix(isText && !isAddress);
                    }

                    isText = true;
                    isData = false;
                    break;
                case JsonTokenType.Number when isText:
                    promptTokenIds++;
                    if (isPrefix && reader.TryGetInt32(out var token))
                    {
                        prefix.Id(token);
                    }

                    break;
                default:
                    isText = true;
                    break;
            }
        }
        while (reader.CurrentDepth > depth || reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject);
    }

    private void AddToPrefix(bool isText)
    {
        if (isText)
        {
            prefix.Text(reader.ValueSpan);
        }
        else
        {
            prefix.Other(reader.ValueSpan);
        }
    }

    private void KeyText(ulong key)
    {
        _ = reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            prefix.Key(key, reader.ValueSpan);
        }

        reader.Skip();
    }

    private void StreamOptions()
    {
        _ = reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            splice = new BodySplice((int)reader.TokenStartIndex, 4, OptionObject);
            return;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Refused("'stream_options' must be an object.");
        }

        var inside = (int)reader.BytesConsumed;
        var members = 0;
        BodySplice? flag = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            members++;
            if (!reader.ValueTextEquals("include_usage"u8))
            {
                reader.Skip();
                continue;
            }

            _ = reader.Read();
            scan = scan with { IncludesUsage = reader.TokenType == JsonTokenType.True };
            flag = new BodySplice((int)reader.TokenStartIndex, reader.ValueSpan.Length, True);
            reader.Skip();
        }

        splice = flag ?? new BodySplice(inside, 0, members == 0 ? OnlyMember : FirstMember);
    }

    private string? Text(string name)
    {
        _ = reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.Null => null,
            _ => throw Refused($"'{name}' must be a string."),
        };
    }

    private bool Flag(string name)
    {
        _ = reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False or JsonTokenType.Null => false,
            _ => throw Refused($"'{name}' must be true or false."),
        };
    }

    private int? Count(string name)
    {
        _ = reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.Number when reader.TryGetInt32(out var number) && number > 0 => number,
            JsonTokenType.Null => null,
            _ => throw Refused($"'{name}' must be a whole number of at least 1."),
        };
    }

    private static RequestRefusedException Refused(string message) => new(StatusCodes.Status400BadRequest, "invalid_request", message);
}
