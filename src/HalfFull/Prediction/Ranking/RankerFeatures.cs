using System.Numerics;
using System.Runtime.InteropServices;

namespace HalfFull.Prediction.Ranking;

/// <summary>
/// What a ranker looks at, all of it known in production when a request arrives: the prompt's length, the client's limit, the tenant, the template (first prefix hash), the
/// hour since the start of the log, and the prompt's length within tenant and within template. Each is one of a set of buckets, large sets by a hash, so that a score
/// is a sum of a few weights.
/// </summary>
public static class RankerFeatures
{
    /// <summary>Name of this set; a ranker trained on another one is refused.</summary>
    public const string Name = "buckets/1";

    /// <summary>Buckets of a request.</summary>
    public const int Active = 7;

    private const int Lengths = 128;
    private const int Tenants = 64;
    private const int Templates = 256;
    private const int Hours = 24;
    private const int Crossed = 1024;
    private const int LimitStart = Lengths;
    private const int TenantStart = LimitStart + Lengths;
    private const int TemplateStart = TenantStart + Tenants;
    private const int HourStart = TemplateStart + Templates;
    private const int TenantCrossStart = HourStart + Hours;
    private const int TemplateCrossStart = TenantCrossStart + Crossed;

    /// <summary>Buckets in all; one weight each, and one more for the slope over the prompt's length.</summary>
    public const int Count = TemplateCrossStart + Crossed;

    /// <summary>Fills in the buckets of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="buckets">Takes <see cref="Active"/> indices below <see cref="Count"/>.</param>
    /// <returns>The prompt's length on a scale of octaves, about -2 to 4.</returns>
    public static double Fill(Request request, Span<int> buckets)
    {
        ArgumentNullException.ThrowIfNull(request);
        var length = QuarterOctave(request.PromptTokens);
        var tenant = request.Tenant is { } name ? Hash(MemoryMarshal.AsBytes(name.AsSpan())) : 0;
        var template = request.PrefixHashes.IsEmpty ? 0 : Rng.Mix((ulong)request.PrefixHashes.Span[0] + 1);
        buckets[0] = length;
        buckets[1] = LimitStart + QuarterOctave(request.MaxOutputTokens);
        buckets[2] = TenantStart + (int)(tenant % Tenants);
        buckets[3] = TemplateStart + (int)(template % Templates);
        buckets[4] = HourStart + (int)(request.Arrival.Ticks / TimeSpan.TicksPerHour % Hours);
        buckets[5] = TenantCrossStart + (int)(Rng.Mix(tenant ^ (ulong)length) % Crossed);
        buckets[6] = TemplateCrossStart + (int)(Rng.Mix(template ^ (ulong)(length / 4)) % Crossed);
        return (length / 16.0) - 2;
    }

    /// <summary>Four buckets to the doubling, by whole numbers alone: the same on every machine.</summary>
    private static int QuarterOctave(int tokens)
    {
        var octave = BitOperations.Log2((uint)Math.Max(1, tokens));
        var quarter = octave >= 2 ? (tokens >> (octave - 2)) & 3 : (tokens << (2 - octave)) & 3;
        return (4 * octave) + quarter;
    }

    private static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = 1UL;
        foreach (var value in bytes)
        {
            hash = Rng.Mix(hash ^ value);
        }

        return hash;
    }
}
