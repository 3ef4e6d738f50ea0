namespace HalfFull.Gateway.Replicas;

/// <summary>The serving software of a replica, as far as it was recognised.</summary>
public enum ReplicaFlavour
{
    /// <summary>Any OpenAI-compatible server.</summary>
    Unknown,

    /// <summary>vLLM, or an emulated worker.</summary>
    Vllm,

    /// <summary>SGLang.</summary>
    Sglang,

    /// <summary>Text Generation Inference.</summary>
    Tgi,

    /// <summary>llama.cpp's server.</summary>
    LlamaCpp,

    /// <summary>trtllm-serve.</summary>
    TensorRt,

    /// <summary>Ollama.</summary>
    Ollama,
}
