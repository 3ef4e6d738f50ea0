using HalfFull.Simulation.Workloads.Arrivals;
using HalfFull.Simulation.Workloads.Lengths;
using HalfFull.Traces;

namespace HalfFull.Simulation.Workloads.Presets;

/// <summary>
/// Conversations: sessions start as a renewal process; each turn's prompt is the last prompt, its answer and something new, so that
/// its leading prefix units are those of the last turn. All sessions share the first unit, the system prompt.
/// </summary>
internal sealed class SessionStream
{
    // Sessions that began this long before time 0 may still be going on there; the stream starts in its steady state.
    private const double WarmUpSeconds = 3600;

    /// <summary>Tokens of one prefix unit.</summary>
    public required int UnitTokens { get; init; }

    /// <summary>Gaps between the first turns of sessions.</summary>
    public required IGapDistribution Starts { get; init; }

    /// <summary>New sessions per second.</summary>
    public required double SessionsPerSecond { get; init; }

    /// <summary>Arrivals are stamped at the end of ticks of this length, as the recorder of the trace did.</summary>
    public required double TickSeconds { get; init; }

    /// <summary>Probability of a further turn after the first, the second, …; the last holds from there on.</summary>
    public required IReadOnlyList<double> Continue { get; init; }

    /// <summary>Probability that a further turn changes the conversation at some place, mostly an early one, and shares only what is before.</summary>
    public required double Edited { get; init; }

    /// <summary>Prompt of a first turn.</summary>
    public required QuantileTable FirstPrompt { get; init; }

    /// <summary>Tokens that a further turn adds to prompt and answer of the turn before.</summary>
    public required QuantileTable NewTokens { get; init; }

    /// <summary>Output of any turn.</summary>
    public required QuantileTable Output { get; init; }

    /// <summary>Seconds from the arrival of a turn to that of the next.</summary>
    public required QuantileTable TurnSeconds { get; init; }

    /// <summary>A session ends rather than exceed this prompt.</summary>
    public required int MaxPromptTokens { get; init; }

    /// <summary>Mean number of turns of a session with these probabilities of a further one.</summary>
    public static double MeanTurns(IReadOnlyList<double> further)
    {
        var (mean, reached) = (1.0, 1.0);
        for (var turn = 0; turn < further.Count - 1; turn++)
        {
            reached *= further[turn];
            mean += reached;
        }

        return mean + (reached * further[^1] / (1 - further[^1]));
    }

    /// <summary>The endless rows.</summary>
    public IEnumerable<TraceRow> Rows(Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        var starts = rng.Fork("starts");
        var turns = rng.Fork("turns");
        var pending = new PriorityQueue<Session, (double Due, long Order)>();
        var sessions = 0L;
        var order = 0L;
        var lastHash = 0L;
        var start = -WarmUpSeconds;
        var tick = double.NaN;
        while (true)
        {
            var now = start;
            if (pending.TryPeek(out _, out var key) && key.Due < start)
            {
                now = key.Due;
            }
            else
            {
                var first = new Session(FormattableString.Invariant($"s{sessions++}"), 0, FirstPrompt.Next(turns), 0, []);
                pending.Enqueue(first, (start, order++));
                start += Starts.Next(starts) / SessionsPerSecond;
            }

            var session = pending.Dequeue();
            var hashes = Hashes(session, ref lastHash);
            var output = Output.Next(turns);
            if (now >= 0)
            {
                var stamp = Math.Ceiling(now / TickSeconds) * TickSeconds;
                tick = double.IsNaN(tick) ? stamp : tick;
                yield return new TraceRow(TimeSpan.FromSeconds(stamp - tick), session.PromptTokens, output)
                {
                    Session = session.Name,
                    PrefixHashes = hashes,
                    PrefixUnitTokens = UnitTokens,
                };
            }

            if (NextTurn(session, output, hashes, turns) is { } next)
            {
                pending.Enqueue(next, (now + TurnSeconds.At(turns.NextDouble()), order++));
            }
        }
    }

    // The last id may stand for less than a unit, as in the trace; it changes with the next turn.
    private long[] Hashes(Session session, ref long last)
    {
        var hashes = new long[(session.PromptTokens + UnitTokens - 1) / UnitTokens];
        var shared = Math.Min(session.SharedUnits, hashes.Length);
        Array.Copy(session.Hashes, hashes, shared);
        for (var i = Math.Max(shared, 1); i < hashes.Length; i++)
        {
            hashes[i] = ++last;
        }

        return hashes;
    }

    private Session? NextTurn(Session session, int output, long[] hashes, Rng rng)
    {
        if (rng.NextDouble() >= Continue[Math.Min(session.Turn, Continue.Count - 1)])
        {
            return null;
        }

        var prompt = (long)session.PromptTokens + output + NewTokens.Next(rng);
        var units = session.PromptTokens / UnitTokens;
        var place = rng.NextDouble();
        var shared = rng.NextDouble() < Edited ? (int)(units * place * place) : units;
        return prompt <= MaxPromptTokens ? new Session(session.Name, session.Turn + 1, (int)prompt, shared, hashes) : null;
    }
}
