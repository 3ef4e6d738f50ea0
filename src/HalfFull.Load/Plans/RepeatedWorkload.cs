using HalfFull.Simulation.Workloads;

namespace HalfFull.Load.Plans;

/// <summary>
/// A workload that begins anew at its end, so that time ends a run and not the file: each round's arrivals follow on the last one's after a
/// mean gap, its ids go on, and its prefix hashes are others, so that no cache knows the texts of the round before. What shares a prefix
/// within a round still does.
/// </summary>
/// <param name="source">What is repeated. Where its requests all arrive at once, those of all rounds do.</param>
/// <param name="from">How many requests are left out at the start, those of earlier rounds included.</param>
internal sealed class RepeatedWorkload(IWorkload source, long from = 0) : IWorkload
{
    /// <inheritdoc/>
    public string Name => source.Name;

    /// <inheritdoc/>
    public string Sha256 => source.Sha256;

    /// <inheritdoc/>
    public long Requests => long.MaxValue;

    /// <inheritdoc/>
    public double RequestsPerSecond => source.RequestsPerSecond;

    /// <inheritdoc/>
    public double RateScale => source.RateScale;

    /// <inheritdoc/>
    public int OutputLimit => source.OutputLimit;

    /// <inheritdoc/>
    public int LongestPromptTokens => source.LongestPromptTokens;

    /// <inheritdoc/>
    public int LongestOutputTokens => source.LongestOutputTokens;

    /// <inheritdoc/>
    public IEnumerable<Job> Jobs()
    {
        var gap = source.RequestsPerSecond > 0 ? TimeSpan.FromSeconds(1 / source.RequestsPerSecond) : TimeSpan.Zero;
        var (start, id) = (TimeSpan.Zero, 0L);
        for (var round = 0UL; ; round++)
        {
            var first = id;
            var last = start;
            foreach (var job in source.Jobs())
            {
                last = start + job.Request.Arrival;
                if (id >= from)
                {
                    yield return job with { Request = Moved(job.Request, id, last, round) };
                }

                id++;
            }

            if (id == first)
            {
                yield break;
            }

            start = last + gap;
        }
    }

    private static Request Moved(Request request, long id, TimeSpan arrival, ulong round) => round == 0 ? request : request with
    {
        Id = id,
        Arrival = arrival,
        PrefixHashes = request.PrefixHashes.ToArray().Select(hash => (long)Rng.Mix((ulong)hash ^ Rng.Mix(round))).ToArray(),
    };
}
