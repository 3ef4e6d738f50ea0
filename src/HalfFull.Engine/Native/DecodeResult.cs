namespace HalfFull.Engine.Native;

/// <summary>How a native decode ended.</summary>
internal enum DecodeResult
{
    /// <summary>Computed.</summary>
    Done,

    /// <summary>There was no room in the KV cache; nothing has changed.</summary>
    NoRoom,
}
