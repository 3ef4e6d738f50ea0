using System.Security.Cryptography;
using HalfFull.Traces;
using HalfFull.Traces.Writers;

namespace HalfFull.Simulation.Workloads.Presets;

/// <summary>Traffic that needs no file: an endless stream of rows, drawn from distributions fitted to a production trace.</summary>
public sealed class Preset
{
    private const int DigestRows = 1000;
    private readonly Func<Rng, IEnumerable<TraceRow>> generate;
    private readonly Lazy<string> digest;

    /// <summary>A preset whose rows come from <paramref name="generate"/>, which must start afresh on each enumeration.</summary>
    public Preset(string name, Func<Rng, IEnumerable<TraceRow>> generate)
    {
        Name = name;
        this.generate = generate;
        digest = new Lazy<string>(ComputeDigest);
    }

    /// <summary>Name on the command line.</summary>
    public string Name { get; }

    /// <summary>One sentence: which traffic, fitted to which trace.</summary>
    public required string Summary { get; init; }

    /// <summary>Mean arrival rate of the trace that it is fitted to, in requests per second.</summary>
    public required double RequestsPerSecond { get; init; }

    /// <summary>How many requests a run has unless a limit is given.</summary>
    public required long DefaultRequests { get; init; }

    /// <summary>No prompt is longer.</summary>
    public required int LongestPromptTokens { get; init; }

    /// <summary>No output is longer.</summary>
    public required int LongestOutputTokens { get; init; }

    /// <summary>Digest of the first 1,000 rows for seed 1 as HalfFull's own format writes them: it changes when the preset does.</summary>
    public string Sha256 => digest.Value;

    /// <summary>The endless rows for a seed.</summary>
    public IEnumerable<TraceRow> Rows(ulong seed) => generate(new Rng(seed).Fork("workload").Fork(Name));

    private string ComputeDigest()
    {
        using var text = new MemoryStream();
        TraceConversion.Write(Rows(seed: 1).Take(DigestRows), text, new HalfFullWriter());
        return Convert.ToHexStringLower(SHA256.HashData(text.ToArray()));
    }
}
