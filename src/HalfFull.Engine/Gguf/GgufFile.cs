using System.Globalization;

namespace HalfFull.Engine.Gguf;

/// <summary>
/// What a GGUF file says of itself: scalar and text metadata, and whether every tensor lies within the file. Read before native code sees the file, so that a damaged one gets a
/// sentence instead of a crash.
/// </summary>
public sealed class GgufFile
{
    private readonly Dictionary<string, object> values;

    private GgufFile(string path, Dictionary<string, object> values, int tensors)
    {
        Path = path;
        this.values = values;
        Tensors = tensors;
    }

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>Number of tensors.</summary>
    public int Tensors { get; }

    /// <summary>Name of the model: <c>general.name</c>, else the name of the file.</summary>
    public string Name => Text("general.name") is { Length: > 0 } name ? name : System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The architecture, such as <c>llama</c>.</summary>
    public string Architecture => Text("general.architecture") ?? string.Empty;

    /// <summary>How its embeddings are pooled; null when it is not made for embeddings.</summary>
    public Pooling? Pooling => Whole($"{Architecture}.pooling_type") is { } pooling and >= (long)Gguf.Pooling.Mean and <= (long)Gguf.Pooling.Last ? (Pooling)pooling : null;

    /// <summary>The chat template as written in the file; null when there is none.</summary>
    public string? ChatTemplate => Text("tokenizer.chat_template");

    /// <summary>Bytes of KV cache that one token takes with the given bytes per number; null when the file does not tell.</summary>
    public long? KvBytesPerToken(int bytesPerNumber)
    {
        if (Whole($"{Architecture}.block_count") is not { } layers || Whole($"{Architecture}.attention.head_count") is not { } heads
            || Whole($"{Architecture}.embedding_length") is not { } width || heads < 1)
        {
            return null;
        }

        var kvHeads = Whole($"{Architecture}.attention.head_count_kv") ?? heads;
        var key = Whole($"{Architecture}.attention.key_length") ?? width / heads;
        var value = Whole($"{Architecture}.attention.value_length") ?? width / heads;
        return layers * kvHeads * (key + value) * bytesPerNumber;
    }

    /// <summary>A text value; null when there is none of that name.</summary>
    public string? Text(string key) => values.GetValueOrDefault(key) as string;

    /// <summary>A whole number; null when there is none of that name.</summary>
    public long? Whole(string key) => values.GetValueOrDefault(key) switch
    {
        long whole => whole,
        _ => null,
    };

    /// <summary>Reads the head of a file.</summary>
    /// <exception cref="InvalidDataException">It is no GGUF file, or a damaged one; the message names the file and what is wrong.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static GgufFile Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no model file '{path}'; give a GGUF file.", path);
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        var reader = new GgufReader(stream, path);
        var (tensors, pairs) = reader.Head();
        var found = new Dictionary<string, object>(StringComparer.Ordinal);
        for (var i = 0L; i < pairs; i++)
        {
            var key = reader.Text("the name of a metadata value");
            if (reader.Value(key) is { } value && !found.TryAdd(key, value))
            {
                throw reader.Damaged($"metadata value '{key}' appears twice");
            }
        }

        var alignment = found.GetValueOrDefault("general.alignment") is long given ? given : 32;
        if (alignment is < 1 or > 1 << 20)
        {
            throw reader.Damaged(string.Create(CultureInfo.InvariantCulture, $"its alignment is {alignment}"));
        }

        var ends = new List<(string Name, long End)>();
        for (var i = 0L; i < tensors; i++)
        {
            ends.Add(reader.Tensor());
        }

        var start = (stream.Position + alignment - 1) / alignment * alignment;
        foreach (var (name, end) in ends)
        {
            if (end > stream.Length - start)
            {
                throw reader.Damaged(string.Create(
                    CultureInfo.InvariantCulture, $"tensor '{name}' ends {end - (stream.Length - start)} bytes behind the end of the file, which is cut off"));
            }
        }

        return new GgufFile(path, found, (int)tensors);
    }
}
