namespace HalfFull.Engine.Native;

/// <summary>How a context keeps its KV cache.</summary>
public enum KvMode
{
    /// <summary>Each sequence has a part of its own: fast, nothing shared.</summary>
    Split,

    /// <summary>One pool for all: prefixes are shared without copying, but attention reads every used cell of every sequence.</summary>
    Unified,
}
