using HalfFull.Simulation.Gateways;

namespace HalfFull.Simulation.Scenarios;

/// <summary>
/// A scenario while it is played: what comes next, and who drains, is slow or has been removed. Slow-downs that overlap multiply, drains that overlap last until
/// the last one ends; both are the machine's, so a restart does not end them. What finds nothing to act on (a crash of a dead replica) does nothing.
/// </summary>
internal sealed class ScenarioTimeline
{
    private readonly FleetState fleet;
    private readonly PriorityQueue<ScenarioStep, (TimeSpan Time, long Number)> steps = new();
    private readonly int[] drains;
    private readonly bool[] removed;
    private readonly List<double>[] factors;
    private long number;

    /// <param name="scenario">What is to happen.</param>
    /// <param name="fleet">Whom it happens to, with the replicas that are to be added.</param>
    /// <param name="firstAdded">Number of the first replica to be added.</param>
    internal ScenarioTimeline(Scenario scenario, FleetState fleet, int firstAdded)
    {
        this.fleet = fleet;
        drains = new int[fleet.Count];
        removed = new bool[fleet.Count];
        factors = [.. fleet.Specs.Select(static _ => new List<double>())];
        foreach (var item in scenario.Events)
        {
            switch (item.Kind)
            {
                case ScenarioKind.Crash:
                    Add(ScenarioStepKind.Crash, item.Replica, item, item.At);
                    break;
                case ScenarioKind.Add:
                    Add(ScenarioStepKind.Start, firstAdded++, item, item.At + (item.Lasting ?? TimeSpan.Zero));
                    break;
                case ScenarioKind.Remove:
                    Add(ScenarioStepKind.Remove, item.Replica, item, item.At);
                    break;
                default:
                    var slow = item.Kind == ScenarioKind.Slow;
                    Add(slow ? ScenarioStepKind.SlowBegins : ScenarioStepKind.DrainBegins, item.Replica, item, item.At);
                    if (item.Lasting is { } lasting)
                    {
                        Add(slow ? ScenarioStepKind.SlowEnds : ScenarioStepKind.DrainEnds, item.Replica, item, item.At + lasting);
                    }

                    break;
            }
        }
    }

    /// <summary>Time of the next step; <see cref="TimeSpan.MaxValue"/> when there is none.</summary>
    internal TimeSpan NextTime => steps.TryPeek(out _, out var next) ? next.Time : TimeSpan.MaxValue;

    /// <summary>Takes the next step that is due. Drains, slow-downs and removals have been applied to the fleet; deaths and starts are the caller's.</summary>
    internal bool TryTake(TimeSpan now, out ScenarioStep step)
    {
        step = default;
        if (NextTime > now)
        {
            return false;
        }

        step = steps.Dequeue();
        Apply(step);
        return true;
    }

    /// <summary>Whether a start is to happen: the replica has not been removed meanwhile and is not alive.</summary>
    internal bool MayStart(int replica) => !removed[replica] && fleet.Replicas[replica] is null;

    /// <summary>A replica has died: it starts again when its event says so.</summary>
    internal void Died(in ScenarioStep crash, TimeSpan now)
    {
        if (crash.Event.Lasting is { } delay)
        {
            Add(ScenarioStepKind.Start, crash.Replica, crash.Event, now + delay);
        }
    }

    /// <summary>A replica has started: it takes requests unless it drains.</summary>
    internal void Started(int replica) => fleet.Open(replica, drains[replica] == 0);

    private void Apply(in ScenarioStep step)
    {
        var replica = step.Replica;
        switch (step.Kind)
        {
            case ScenarioStepKind.SlowBegins:
                factors[replica].Add(step.Event.Factor);
                SetSpeed(replica);
                break;
            case ScenarioStepKind.SlowEnds:
                factors[replica].Remove(step.Event.Factor);
                SetSpeed(replica);
                break;
            case ScenarioStepKind.DrainBegins or ScenarioStepKind.DrainEnds:
                drains[replica] += step.Kind == ScenarioStepKind.DrainBegins ? 1 : -1;
                fleet.Open(replica, drains[replica] == 0 && !removed[replica]);
                break;
            case ScenarioStepKind.Remove:
                removed[replica] = true;
                fleet.Open(replica, open: false);
                break;
            default:
                break;
        }
    }

    private void SetSpeed(int replica)
    {
        var model = fleet.Specs[replica].StepTime;
        fleet.StepTimes[replica] = factors[replica].Count == 0
            ? model
            : new ScaledStepTime(model, factors[replica].Aggregate(1.0, static (product, factor) => product * factor));
    }

    private void Add(ScenarioStepKind kind, int replica, ScenarioEvent item, TimeSpan at) => steps.Enqueue(new ScenarioStep(kind, replica, item), (at, number++));
}
