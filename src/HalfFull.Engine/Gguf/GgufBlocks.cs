namespace HalfFull.Engine.Gguf;

/// <summary>How many bytes a block of values takes in each tensor type.</summary>
internal static class GgufBlocks
{
    /// <summary>Values and bytes of one block; null for types that are not known here.</summary>
    internal static (int Values, int Bytes)? Of(int type) => type switch
    {
        0 => (1, 4),
        1 or 30 => (1, 2),
        2 => (32, 18),
        3 => (32, 20),
        6 => (32, 22),
        7 => (32, 24),
        8 => (32, 34),
        9 => (32, 36),
        10 => (256, 84),
        11 => (256, 110),
        12 => (256, 144),
        13 => (256, 176),
        14 => (256, 210),
        _ => null,
    };
}
