namespace HalfFull.Engine.Gguf;

/// <summary>How a model made for embeddings turns the vectors of its tokens into one; the numbers are those of GGUF files.</summary>
public enum Pooling
{
    /// <summary>Their mean.</summary>
    Mean = 1,

    /// <summary>That of the first token.</summary>
    First = 2,

    /// <summary>That of the last token.</summary>
    Last = 3,
}
