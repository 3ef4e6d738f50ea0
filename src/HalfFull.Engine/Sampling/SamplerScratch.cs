namespace HalfFull.Engine.Sampling;

/// <summary>Memory that the samplers of one thread share from call to call.</summary>
internal sealed class SamplerScratch(int vocabulary)
{
    private int mark;

    /// <summary>A copy of the logits that may be changed.</summary>
    internal float[] Logits { get; } = new float[vocabulary];

    /// <summary>Weights of candidates.</summary>
    internal float[] Weights { get; } = new float[vocabulary];

    /// <summary>Tokens of candidates.</summary>
    internal int[] Tokens { get; } = new int[vocabulary];

    /// <summary>For each token, the mark of the last call that saw it.</summary>
    private int[] Seen { get; } = new int[vocabulary];

    /// <summary>Begins a new set of tokens.</summary>
    internal void BeginSet() => mark++;

    /// <summary>Adds a token to the set; false when it is in it already.</summary>
    internal bool Add(int token)
    {
        var isNew = Seen[token] != mark;
        Seen[token] = mark;
        return isNew;
    }
}
