using System.Text;
using System.Text.Unicode;
using HalfFull.Engine.Gguf;

namespace HalfFull.Engine.Native;

/// <summary>The weights and the vocabulary of a GGUF file. What it offers may be used from any thread.</summary>
public sealed unsafe class LlamaModel : IDisposable
{
    // Compared by reference: no text of a token is this very one.
    private static readonly string NotWhole = new('?', 1);

    private readonly nint vocabulary;
    private readonly byte[]?[] pieces;
    private readonly string?[] texts;

    private LlamaModel(nint handle, GgufFile file)
    {
        Handle = handle;
        File = file;
        vocabulary = LlamaNative.llama_model_get_vocab(handle);
        VocabularySize = LlamaNative.llama_vocab_n_tokens(vocabulary);
        TrainedTokens = LlamaNative.llama_model_n_ctx_train(handle);
        Width = LlamaNative.llama_model_n_embd(handle);
        pieces = new byte[]?[VocabularySize];
        texts = new string?[VocabularySize];
    }

    /// <summary>The file that it came from.</summary>
    public GgufFile File { get; }

    /// <summary>Number of tokens that exist; ids are below it.</summary>
    public int VocabularySize { get; }

    /// <summary>Tokens of context that it was trained for.</summary>
    public int TrainedTokens { get; }

    /// <summary>Numbers that stand for a token; those of an embedding.</summary>
    public int Width { get; }

    internal nint Handle { get; private set; }

    /// <summary>Loads a model.</summary>
    /// <param name="path">A GGUF file.</param>
    /// <param name="gpuLayers">Layers to put on the GPU, if the library has one; -1 for all.</param>
    /// <param name="libraryDirectory">Folder of llama.cpp's libraries; null to look for it.</param>
    /// <exception cref="LlamaException">The library cannot be used, or it refuses the model.</exception>
    /// <exception cref="InvalidDataException">The file is no GGUF file, or a damaged one.</exception>
    /// <exception cref="IOException">There is no such file.</exception>
    public static LlamaModel Load(string path, int gpuLayers = -1, string? libraryDirectory = null)
    {
        var file = GgufFile.Read(path);
        LlamaLibrary.Load(libraryDirectory);
        LlamaModelParams parameters;
        LlamaNative.llama_model_default_params(&parameters);
        parameters.GpuLayers = gpuLayers;
        LlamaLog.Clear();
        nint handle;
        fixed (byte* name = Encoding.UTF8.GetBytes(Path.GetFullPath(path) + '\0'))
        {
            handle = LlamaNative.llama_model_load_from_file(name, parameters);
        }

        return handle != 0 ? new LlamaModel(handle, file) : throw new LlamaException($"llama.cpp cannot load '{path}'{LlamaLog.Reason}; give a model that this build knows.");
    }

    /// <summary>The token ids of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addSpecial">Whether the tokens that open and close a text, as the model wants them, are added.</param>
    /// <param name="parseSpecial">Whether the names of control tokens in the text become those tokens. Never for text of a user.</param>
    public int[] Tokenize(string text, bool addSpecial, bool parseSpecial)
    {
        ArgumentNullException.ThrowIfNull(text);
        ObjectDisposedException.ThrowIf(Handle == 0, this);
        var bytes = Encoding.UTF8.GetBytes(text);
        var tokens = new int[bytes.Length + 8];
        for (var attempt = 0; ; attempt++)
        {
            int count;
            fixed (byte* source = bytes)
            fixed (int* target = tokens)
            {
                byte none = 0;
                count = LlamaNative.llama_tokenize(vocabulary, source == null ? &none : source, bytes.Length, target, tokens.Length, Byte(addSpecial), Byte(parseSpecial));
            }

            if (count >= 0)
            {
                return tokens[..count];
            }

            if (attempt > 0 || count == int.MinValue)
            {
                throw new LlamaException($"The library could not tokenize a text of {bytes.Length} bytes.");
            }

            tokens = new int[-count];
        }
    }

    /// <summary>The UTF-8 bytes of a token, which need not be whole characters; nothing for control tokens.</summary>
    public ReadOnlySpan<byte> Piece(int token)
    {
        ObjectDisposedException.ThrowIf(Handle == 0, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)token, (uint)VocabularySize, nameof(token));
        return pieces[token] ??= ReadPiece(token);
    }

    /// <summary>The text of a token that is whole characters; null for one that holds parts of a character.</summary>
    public string? WholeText(int token)
    {
        var text = texts[token] ??= ReadText(token);
        return ReferenceEquals(text, NotWhole) ? null : text;
    }

    /// <summary>Whether a token ends a generation.</summary>
    public bool EndsGeneration(int token)
    {
        ObjectDisposedException.ThrowIf(Handle == 0, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)token, (uint)VocabularySize, nameof(token));
        return LlamaNative.llama_vocab_is_eog(vocabulary, token) != 0;
    }

    /// <summary>Whether a token is a control token, such as one that opens a turn.</summary>
    public bool IsControl(int token)
    {
        ObjectDisposedException.ThrowIf(Handle == 0, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)token, (uint)VocabularySize, nameof(token));
        return LlamaNative.llama_vocab_is_control(vocabulary, token) != 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Handle != 0)
        {
            LlamaNative.llama_model_free(Handle);
            Handle = 0;
        }
    }

    private static byte Byte(bool value) => value ? (byte)1 : (byte)0;

    private string ReadText(int token)
    {
        var bytes = Piece(token);
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : NotWhole;
    }

    private byte[] ReadPiece(int token)
    {
        var bytes = new byte[64];
        for (var attempt = 0; attempt < 2; attempt++)
        {
            int count;
            fixed (byte* target = bytes)
            {
                count = LlamaNative.llama_token_to_piece(vocabulary, token, target, bytes.Length, 0, 0);
            }

            if (count >= 0)
            {
                return bytes[..count];
            }

            bytes = new byte[-count];
        }

        throw new LlamaException($"The library does not tell the text of token {token}.");
    }
}
