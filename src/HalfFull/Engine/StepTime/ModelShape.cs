namespace HalfFull.Engine.StepTime;

/// <summary>The dimensions of a model that decide step time and KV memory.</summary>
/// <param name="Name">Canonical name.</param>
/// <param name="Layers">Transformer layers.</param>
/// <param name="Hidden">Hidden size.</param>
/// <param name="MlpHidden">Inner size of the MLP, of one expert in a mixture.</param>
/// <param name="QueryHeads">Query heads.</param>
/// <param name="KvHeads">KV heads.</param>
/// <param name="HeadDim">Size of one head.</param>
/// <param name="Vocabulary">Vocabulary size.</param>
/// <param name="Parameters">Parameters, all experts included.</param>
public sealed record ModelShape(
    string Name, int Layers, int Hidden, int MlpHidden, int QueryHeads, int KvHeads, int HeadDim, int Vocabulary, long Parameters)
{
    private const int BytesPerElement = 2;
    private const double UsableMemory = 0.9;

    /// <summary>
    /// Tokens whose KV fits on a group of <paramref name="tp"/> GPUs beside the weights, in 90% of the memory and without an
    /// allowance for activations; 0 when the model does not fit. KV heads are replicated when the group is larger than their number.
    /// </summary>
    public long KvCapacityTokens(Gpu gpu, int tp)
    {
        ArgumentNullException.ThrowIfNull(gpu);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tp);
        var weightBytes = (double)BytesPerElement * Parameters / tp;
        return Math.Max(0, (long)Math.Floor(((UsableMemory * gpu.MemoryBytes) - weightBytes) / KvBytesPerToken(tp)));
    }

    /// <summary>
    /// Bytes of one token's keys and values, 2 bytes each, on one GPU of a group of <paramref name="tp"/>. KV heads are replicated when the group is larger than
    /// their number.
    /// </summary>
    public double KvBytesPerToken(int tp)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tp);
        var headsPerGpu = Math.Max((double)KvHeads / tp, 1);
        return 2 * BytesPerElement * Layers * headsPerGpu * HeadDim;
    }

    /// <summary>Whether a step of either model does the same work, whatever the names.</summary>
    public bool SameShape(ModelShape other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with { Name = other.Name } == other;
    }
}
