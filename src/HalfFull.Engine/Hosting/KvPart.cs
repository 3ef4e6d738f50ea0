namespace HalfFull.Engine.Hosting;

/// <summary>What the library holds under one number: the KV of a running sequence, or of a prefix that is kept for later ones.</summary>
internal sealed class KvPart
{
    private readonly ReadOnlyMemory<int> prompt;
    private readonly ReadOnlyMemory<long> hashes;
    private readonly int unitTokens;

    internal KvPart(int id, LlamaSequence owner)
    {
        Id = id;
        Owner = owner;
        prompt = owner.Prompt;
        hashes = owner.Sequence.Request.PrefixHashes;
        unitTokens = owner.Sequence.Request.PrefixUnitTokens;
    }

    /// <summary>Its number in the library.</summary>
    internal int Id { get; set; }

    /// <summary>The running sequence; null when only the prefix is kept.</summary>
    internal LlamaSequence? Owner { get; set; }

    /// <summary>Tokens that it has in the library.</summary>
    internal int Tokens { get; set; }

    /// <summary>Leading units whose cells are those that everybody with the same prefix uses.</summary>
    internal int CommonUnits { get; set; }

    /// <summary>Newcomers of the step in the making that take their prefix from here.</summary>
    internal int Claims { get; set; }

    /// <summary>When it was kept; lower is longer ago.</summary>
    internal long KeptAt { get; set; }

    /// <summary>Tokens in one prefix unit; 0 when it has none.</summary>
    internal int UnitTokens => unitTokens;

    /// <summary>Whether nobody runs on it and nobody is about to take from it.</summary>
    internal bool IsIdle => Owner is null && Claims == 0;

    /// <summary>Leading prefix units that it has whole.</summary>
    internal int Units => hashes.IsEmpty ? 0 : Math.Min(hashes.Length, Math.Min(Tokens, prompt.Length) / unitTokens);

    /// <summary>Hash of a unit.</summary>
    internal long Hash(int unit) => hashes.Span[unit];

    /// <summary>Whether it begins with the same units as another, up to and including a number of them. Tokens are compared too: a hash may lie.</summary>
    internal bool HasUnits(KvPart other, int units) => Units >= units && Hash(units - 1) == other.Hash(units - 1) && Begins(other, units);

    /// <summary>Whether a sequence without KV could take so many tokens from here.</summary>
    internal bool Begins(KvPart other, int units) =>
        unitTokens == other.unitTokens && prompt.Span[..(units * unitTokens)].SequenceEqual(other.prompt.Span[..(units * unitTokens)]);
}
