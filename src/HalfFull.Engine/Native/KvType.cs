namespace HalfFull.Engine.Native;

/// <summary>Numbers in which the KV cache is kept, as ggml counts types.</summary>
public enum KvType
{
    /// <summary>32 bits.</summary>
    F32 = 0,

    /// <summary>16 bits.</summary>
    F16 = 1,
}
