using HalfFull.Policies;

namespace HalfFull.Routing.Routers.Parts;

/// <summary>Times to first token of a replica's last requests with the number of requests that they met there: what to expect at a load.</summary>
internal sealed class LatencyByLoad : IRestorable
{
    private const int Kept = 32;
    private const int Nearest = 4;
    private readonly (int Requests, double Seconds)[] samples = new (int, double)[Kept];
    private long added;

    public void Add(int requests, double seconds) => samples[added++ % Kept] = (requests, seconds);

    /// <summary>Mean over the samples nearest in load, the latest of equal ones; 0 before there are any, so that a new replica is tried.</summary>
    public double SecondsAt(int requests)
    {
        var count = (int)Math.Min(added, Kept);
        Span<int> distances = stackalloc int[Nearest];
        Span<double> seconds = stackalloc double[Nearest];
        var found = 0;
        for (var back = 1; back <= count; back++)
        {
            var sample = samples[(added - back) % Kept];
            var distance = Math.Abs(sample.Requests - requests);
            if (found == Nearest && distance >= distances[Nearest - 1])
            {
                continue;
            }

            var place = found < Nearest ? found++ : Nearest - 1;
            while (place > 0 && distances[place - 1] > distance)
            {
                (distances[place], seconds[place]) = (distances[place - 1], seconds[place - 1]);
                place--;
            }

            (distances[place], seconds[place]) = (distance, sample.Seconds);
        }

        var sum = 0.0;
        foreach (var value in seconds[..found])
        {
            sum += value;
        }

        return found > 0 ? sum / found : 0;
    }

    /// <inheritdoc/>
    public void Save(StateWriter state)
    {
        state.Whole(added);
        foreach (var (requests, seconds) in samples)
        {
            state.Whole(requests);
            state.Real(seconds);
        }
    }

    /// <inheritdoc/>
    public void Restore(ref StateReader state)
    {
        added = state.Whole();
        for (var i = 0; i < Kept; i++)
        {
            samples[i] = (state.Whole32(), state.Real());
        }
    }
}
