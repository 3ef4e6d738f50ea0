using System.Runtime.InteropServices;

namespace HalfFull.Metrics;

/// <summary>
/// Keeps every sample of one metric, so that its quantiles are exact, in memory that stays flat: beyond a bound the samples go to a
/// temporary file that nobody else can see and that vanishes with the process.
/// </summary>
public sealed class SampleStore : IDisposable
{
    /// <summary>Samples held in memory unless told otherwise: 2 million, 16 MB.</summary>
    public const int DefaultMostInMemory = 2_000_000;

    private const int LongestChunk = 1 << 15;

    private readonly string temporaryFolder;
    private readonly int mostInMemory;
    private readonly int chunkLength;
    private readonly List<long[]> chunks = [];
    private int inMemory;
    private FileStream? spilled;
    private Int128 sum;

    /// <summary>Creates an empty store.</summary>
    /// <param name="mostInMemory">How many samples may stay in memory, at least 1.</param>
    public SampleStore(int mostInMemory = DefaultMostInMemory)
        : this(mostInMemory, Path.GetTempPath())
    {
    }

    internal SampleStore(int mostInMemory, string temporaryFolder)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(mostInMemory);
        this.temporaryFolder = temporaryFolder;
        this.mostInMemory = mostInMemory;
        chunkLength = Math.Min(mostInMemory, LongestChunk);
    }

    /// <summary>How many samples were added.</summary>
    public long Count { get; private set; }

    /// <summary>The largest sample; 0 when there is none.</summary>
    public long Max { get; private set; }

    /// <summary>The mean, from an exact sum; 0 when there is no sample.</summary>
    public double Mean => Count == 0 ? 0 : (double)sum / Count;

    /// <summary>Adds one sample, which is not negative.</summary>
    /// <exception cref="IOException">The temporary file cannot be written.</exception>
    public void Add(long sample)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sample);
        if (inMemory == mostInMemory)
        {
            Spill();
        }

        var (chunk, place) = Math.DivRem(inMemory, chunkLength);
        if (chunk == chunks.Count)
        {
            chunks.Add(new long[chunkLength]);
        }

        chunks[chunk][place] = sample;
        inMemory++;
        Count++;
        sum += sample;
        Max = Math.Max(Max, sample);
    }

    /// <summary>Exact quantiles (nearest rank), in the order asked for; all 0 when there is no sample.</summary>
    /// <param name="quantiles">Each between 0 and 1.</param>
    public long[] Quantiles(params ReadOnlySpan<double> quantiles) => QuantileSelection.Select(this, quantiles);

    /// <summary>The five figures that reports show, each divided by the samples per unit.</summary>
    /// <param name="samplesPerUnit">What one unit of the report is in samples: <see cref="TimeSpan.TicksPerSecond"/> for ticks shown in seconds.</param>
    public Distribution ToDistribution(double samplesPerUnit)
    {
        var quantiles = Quantiles(0.5, 0.9, 0.99);
        return new Distribution(
            Mean / samplesPerUnit,
            quantiles[0] / samplesPerUnit,
            quantiles[1] / samplesPerUnit,
            quantiles[2] / samplesPerUnit,
            Max / samplesPerUnit);
    }

    /// <summary>Closes and thereby deletes the temporary file.</summary>
    public void Dispose() => spilled?.Dispose();

    /// <summary>Every sample, in pieces; a piece is valid until the next is asked for.</summary>
    internal IEnumerable<ReadOnlyMemory<long>> Pieces()
    {
        if (spilled is not null)
        {
            var piece = new long[LongestChunk];
            spilled.Position = 0;
            for (var left = spilled.Length / sizeof(long); left > 0;)
            {
                var length = (int)Math.Min(left, piece.Length);
                spilled.ReadExactly(MemoryMarshal.AsBytes(piece.AsSpan(0, length)));
                yield return piece.AsMemory(0, length);
                left -= length;
            }
        }

        foreach (var filled in Filled())
        {
            yield return filled;
        }
    }

    private IEnumerable<ReadOnlyMemory<long>> Filled()
    {
        for (var (chunk, left) = (0, inMemory); left > 0; chunk++, left -= chunkLength)
        {
            yield return chunks[chunk].AsMemory(0, Math.Min(left, chunkLength));
        }
    }

    private void Spill()
    {
        spilled ??= OpenTemporary();
        spilled.Position = spilled.Length;
        foreach (var filled in Filled())
        {
            spilled.Write(MemoryMarshal.AsBytes(filled.Span));
        }

        inMemory = 0;
    }

    private FileStream OpenTemporary()
    {
        var path = Path.Combine(temporaryFolder, $"halffull-{Path.GetRandomFileName()}.samples");
        var options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None;
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, options);
        if (!OperatingSystem.IsWindows())
        {
            // An open file without a name lives as long as the process and no longer, however that ends.
            File.Delete(path);
        }

        return file;
    }
}
