namespace HalfFull.Engine.Gguf;

/// <summary>Number formats of tensors that this program writes, as the format numbers them.</summary>
public enum GgufTensorType
{
    /// <summary>32 bits.</summary>
    F32 = 0,

    /// <summary>16 bits.</summary>
    F16 = 1,

    /// <summary>4 bits with a scale for each 32 values.</summary>
    Q4 = 2,

    /// <summary>8 bits with a scale for each 32 values.</summary>
    Q8 = 8,
}
