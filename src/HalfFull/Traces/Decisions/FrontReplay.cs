using HalfFull.Policies;
using HalfFull.Scheduling;

namespace HalfFull.Traces.Decisions;

/// <summary>The front scheduler of a log, made again and kept in the state in which the logged one was.</summary>
/// <param name="watcher">Is told what it does; null for nobody.</param>
public sealed class FrontReplay(IFrontWatcher? watcher = null)
{
    /// <summary>The scheduler as it was before the next call; null where its state is not known.</summary>
    public FrontScheduler? Front { get; private set; }

    /// <summary>What the log says that the next decision was told of cached prefixes.</summary>
    public HitTape Hits { get; } = new();

    /// <summary>Decides again. There must be a scheduler.</summary>
    public FrontDecision Next(TimeSpan now, int lane, ReadOnlySpan<FrontReplica> replicas)
    {
        var decision = Front!.Next(now, lane, replicas);
        Hits.Clear();
        return decision;
    }

    /// <summary>What comes next does not follow what came before: the state is not known until the log tells it.</summary>
    public void Lose() => Front = null;

    /// <summary>The log tells which scheduler goes on, and in which state.</summary>
    /// <returns>What is wrong with that; null when nothing is.</returns>
    public string? Go(FrontSettings settings, PolicyStart start, ReadOnlySpan<byte> state)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (start == PolicyStart.Unsaved)
        {
            return Front is null ? $"the state of {settings.Router} and {settings.Queue} is not known here, for one of them cannot save it: what follows is not verified" : null;
        }

        var before = Front;
        Front = null;
        try
        {
            var made = settings.Create(watcher, Hits);
            if (start == PolicyStart.Saved)
            {
                var reader = new StateReader(state);
                made.Restore(ref reader);
                if (!reader.IsAtEnd)
                {
                    throw new InvalidDataException("its saved state is longer than it should be");
                }
            }

            Front = made;
        }
        catch (Exception error) when (error is PolicyException or InvalidDataException or ArgumentException or InvalidCastException)
        {
            return $"the scheduler of {settings.Router} and {settings.Queue} cannot be made again: {error.Message}";
        }

        return start == PolicyStart.Saved && before is { CanSave: true } && !IsSame(before, state)
            ? $"the state of {settings.Router} and {settings.Queue} after all calls before is not the one that was saved here"
            : null;
    }

    private static bool IsSame(FrontScheduler front, ReadOnlySpan<byte> state)
    {
        var saved = new StateWriter();
        front.Save(saved);
        return saved.Written.SequenceEqual(state);
    }
}
