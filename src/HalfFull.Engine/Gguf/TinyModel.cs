namespace HalfFull.Engine.Gguf;

/// <summary>
/// A model of random weights as a GGUF file, for tests, demonstrations and measuring: it takes the time and memory of a real model of its shape, and its text is noise. The same shape and
/// seed give the same bytes.
/// </summary>
public static class TinyModel
{
    // Shapes and values of a chat in the form that is known as ChatML.
    private const string ChatTemplate =
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    /// <summary>Writes the file to a stream at its start.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="shape">Its size.</param>
    /// <param name="type">Number format of the matrices; norms stay in 32 bits.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="seed">Seed of the weights.</param>
    /// <param name="pooling">How embeddings are pooled, for a model that gives some; they are noise too.</param>
    public static void Write(Stream stream, TinyShape shape, GgufTensorType type, string name, ulong seed = 1, Pooling? pooling = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(shape);
        var writer = new GgufWriter();
        Describe(writer, shape, type, name);
        if (pooling is { } kind)
        {
            writer.Add("llama.pooling_type", (uint)kind);
        }

        var weights = new RandomWeights(new Rng(seed).Fork("weights"));

        void Matrix(string tensor, int columns, int rows, float deviation) => writer.AddTensor(
            $"{tensor}.weight", [columns, rows], type, target => weights.Write(target, (long)columns * rows, deviation, type));

        void Norm(string tensor) => writer.AddTensor($"{tensor}.weight", [shape.Width], GgufTensorType.F32, target =>
        {
            for (var i = 0; i < shape.Width; i++)
            {
                target.Write([0, 0, 0x80, 0x3F]);
            }
        });

        // Deviations that keep the greedy text varied through all layers.
        var inner = 2 / MathF.Sqrt(shape.Width);
        Matrix("token_embd", shape.Width, shape.Vocabulary, 1);
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            Norm($"blk.{layer}.attn_norm");
            Matrix($"blk.{layer}.attn_q", shape.Width, shape.Width, inner);
            Matrix($"blk.{layer}.attn_k", shape.Width, shape.KvWidth, inner);
            Matrix($"blk.{layer}.attn_v", shape.Width, shape.KvWidth, inner);
            Matrix($"blk.{layer}.attn_output", shape.Width, shape.Width, inner);
            Norm($"blk.{layer}.ffn_norm");
            Matrix($"blk.{layer}.ffn_gate", shape.Width, shape.Hidden, inner);
            Matrix($"blk.{layer}.ffn_up", shape.Width, shape.Hidden, inner);
            Matrix($"blk.{layer}.ffn_down", shape.Hidden, shape.Width, 2 / MathF.Sqrt(shape.Hidden));
        }

        Norm("output_norm");
        Matrix("output", shape.Width, shape.Vocabulary, 3 / MathF.Sqrt(shape.Width));
        writer.WriteTo(stream);
    }

    private static void Describe(GgufWriter writer, TinyShape shape, GgufTensorType type, string name)
    {
        writer.Add("general.architecture", "llama");
        writer.Add("general.name", name);
        writer.Add("general.file_type", type == GgufTensorType.Q8 ? 7u : (uint)type);
        writer.Add("llama.block_count", (uint)shape.Layers);
        writer.Add("llama.context_length", (uint)shape.Context);
        writer.Add("llama.embedding_length", (uint)shape.Width);
        writer.Add("llama.feed_forward_length", (uint)shape.Hidden);
        writer.Add("llama.attention.head_count", (uint)shape.Heads);
        writer.Add("llama.attention.head_count_kv", (uint)shape.KvHeads);
        writer.Add("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        writer.Add("llama.rope.dimension_count", (uint)(shape.Width / shape.Heads));
        writer.Add("llama.rope.freq_base", 10_000f);
        writer.Add("llama.vocab_size", (uint)shape.Vocabulary);
        var texts = TinyVocabulary.Texts(shape.Vocabulary);
        writer.Add("tokenizer.ggml.model", "llama");
        writer.Add("tokenizer.ggml.tokens", texts);
        writer.Add("tokenizer.ggml.scores", TinyVocabulary.Scores(texts));
        writer.Add("tokenizer.ggml.token_type", TinyVocabulary.Types(texts));
        writer.Add("tokenizer.ggml.bos_token_id", (uint)TinyVocabulary.Begin);
        writer.Add("tokenizer.ggml.eos_token_id", (uint)TinyVocabulary.End);
        writer.Add("tokenizer.ggml.unknown_token_id", (uint)TinyVocabulary.Unknown);
        writer.Add("tokenizer.ggml.add_bos_token", true);
        writer.Add("tokenizer.ggml.add_eos_token", false);
        writer.Add("tokenizer.ggml.add_space_prefix", false);
        writer.Add("tokenizer.chat_template", ChatTemplate);
    }
}
