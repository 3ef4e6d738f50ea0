using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace HalfFull.Engine.Native;

/// <summary>
/// The functions of llama.cpp, as they are. Nothing is checked here, and wrong arguments end the process or worse: only <see cref="LlamaLibrary"/>,
/// <see cref="LlamaModel"/> and <see cref="LlamaContext"/> call them.
/// </summary>
internal static unsafe partial class LlamaNative
{
    internal const string Llama = "llama";
    internal const string Ggml = "ggml";

    /// <summary>Functions that must exist in the library, besides those of the fingerprint.</summary>
    internal static readonly string[] Required =
    [
        "llama_log_set", "llama_backend_init", "llama_model_load_from_file", "llama_init_from_model", "llama_free", "llama_model_free", "llama_get_memory",
        "llama_model_get_vocab", "llama_model_n_ctx_train", "llama_model_n_embd", "llama_vocab_n_tokens", "llama_vocab_bos", "llama_vocab_eos",
        "llama_vocab_is_eog", "llama_vocab_is_control", "llama_tokenize", "llama_token_to_piece", "llama_decode", "llama_get_logits_ith", "llama_get_embeddings_seq", "llama_memory_seq_rm",
        "llama_memory_seq_cp", "llama_memory_seq_pos_max", "llama_memory_clear", "llama_state_seq_get_size", "llama_state_seq_get_data",
        "llama_state_seq_set_data", "llama_n_ctx", "llama_n_ctx_seq", "llama_n_batch", "llama_n_seq_max",
    ];

    [LibraryImport(Llama)]
    internal static partial void llama_log_set(delegate* unmanaged<int, byte*, void*, void> callback, void* userData);

    [LibraryImport(Ggml)]
    internal static partial void ggml_backend_load_all_from_path(byte* directory);

    [LibraryImport(Llama)]
    internal static partial void llama_backend_init();

    [LibraryImport(Llama)]
    internal static partial void llama_model_default_params(LlamaModelParams* result);

    [LibraryImport(Llama)]
    internal static partial void llama_context_default_params(LlamaContextParams* result);

    [LibraryImport(Llama)]
    internal static partial nint llama_model_load_from_file(byte* path, LlamaModelParams parameters);

    [LibraryImport(Llama)]
    internal static partial nint llama_init_from_model(nint model, LlamaContextParams parameters);

    [LibraryImport(Llama)]
    internal static partial void llama_free(nint context);

    [LibraryImport(Llama)]
    internal static partial void llama_model_free(nint model);

    [LibraryImport(Llama)]
    internal static partial nint llama_get_memory(nint context);

    [LibraryImport(Llama)]
    internal static partial nint llama_model_get_vocab(nint model);

    [LibraryImport(Llama)]
    internal static partial int llama_model_n_ctx_train(nint model);

    [LibraryImport(Llama)]
    internal static partial int llama_model_n_embd(nint model);

    [LibraryImport(Llama)]
    internal static partial int llama_vocab_n_tokens(nint vocab);

    [LibraryImport(Llama)]
    internal static partial int llama_vocab_bos(nint vocab);

    [LibraryImport(Llama)]
    internal static partial int llama_vocab_eos(nint vocab);

    [LibraryImport(Llama)]
    internal static partial byte llama_vocab_is_eog(nint vocab, int token);

    [LibraryImport(Llama)]
    internal static partial byte llama_vocab_is_control(nint vocab, int token);

    [LibraryImport(Llama)]
    internal static partial int llama_tokenize(nint vocab, byte* text, int bytes, int* tokens, int capacity, byte addSpecial, byte parseSpecial);

    [LibraryImport(Llama)]
    internal static partial int llama_token_to_piece(nint vocab, int token, byte* text, int capacity, int leadingSpaces, byte special);

    [LibraryImport(Llama)]
    internal static partial int llama_decode(nint context, LlamaBatchView batch);

    [LibraryImport(Llama)]
    internal static partial float* llama_get_logits_ith(nint context, int row);

    [LibraryImport(Llama)]
    internal static partial float* llama_get_embeddings_seq(nint context, int sequence);

    [LibraryImport(Llama)]
    internal static partial byte llama_memory_seq_rm(nint memory, int sequence, int from, int to);

    [LibraryImport(Llama)]
    internal static partial void llama_memory_seq_cp(nint memory, int source, int target, int from, int to);

    [LibraryImport(Llama)]
    internal static partial int llama_memory_seq_pos_max(nint memory, int sequence);

    [LibraryImport(Llama)]
    internal static partial void llama_memory_clear(nint memory, byte data);

    [LibraryImport(Llama)]
    internal static partial nuint llama_state_seq_get_size(nint context, int sequence);

    [LibraryImport(Llama)]
    internal static partial nuint llama_state_seq_get_data(nint context, byte* target, nuint bytes, int sequence);

    [LibraryImport(Llama)]
    internal static partial nuint llama_state_seq_set_data(nint context, byte* source, nuint bytes, int sequence);

    [LibraryImport(Llama)]
    internal static partial uint llama_n_ctx(nint context);

    [LibraryImport(Llama)]
    internal static partial uint llama_n_ctx_seq(nint context);

    [LibraryImport(Llama)]
    internal static partial uint llama_n_batch(nint context);

    [LibraryImport(Llama)]
    internal static partial uint llama_n_seq_max(nint context);
}
