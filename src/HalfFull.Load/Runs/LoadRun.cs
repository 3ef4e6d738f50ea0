using System.Runtime.ExceptionServices;
using HalfFull.Load.Plans;
using HalfFull.Load.Records;
using HalfFull.Load.Timing;

namespace HalfFull.Load.Runs;

/// <summary>Plays a plan against a server.</summary>
public static class LoadRun
{
    /// <summary>Sends every request of the plan and returns when the last response has ended, or soon after an interruption.</summary>
    /// <param name="target">The server.</param>
    /// <param name="plan">What to send.</param>
    /// <param name="recorder">Receives every record.</param>
    /// <param name="interrupt">Ends the run early; requests in flight are recorded as unfinished.</param>
    /// <returns>How busy this process was meanwhile.</returns>
    public static GeneratorUse Execute(Target target, LoadPlan plan, LoadRecorder recorder, CancellationToken interrupt = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(recorder);
        SelfWarmUp.Ensure();
        ExceptionDispatchInfo? failure = null;
        using var meter = new GeneratorMeter();
        var thread = new Thread(() => failure = Play(target, plan, recorder, new RunClock(), interrupt))
        {
            Name = "halffull load",
            IsBackground = true,
            Priority = ThreadPriority.Highest,
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return meter.Stop();
    }

    /// <summary>Plays it on the caller's thread. What it takes to get ready is no lateness: the clock starts when the first request is.</summary>
    internal static ExceptionDispatchInfo? Play(Target target, LoadPlan plan, LoadRecorder recorder, RunClock clock, CancellationToken interrupt)
    {
        try
        {
            using var sender = new Sender(target, plan, clock, recorder, interrupt);
            bool endedByTime;
            if (plan.Concurrency is null)
            {
                using var loop = new OpenLoop(plan, sender, clock);
                clock.Restart();
                loop.Run(interrupt);
                endedByTime = loop.EndedByTime;
            }
            else
            {
                using var loop = new ClosedLoop(plan, sender, clock);
                clock.Restart();
                loop.Run(interrupt);
                endedByTime = loop.EndedByTime;
            }

            if (!interrupt.IsCancellationRequested)
            {
                if (endedByTime && plan.Duration is { } length)
                {
                    recorder.Planned(plan.WarmUp, length - plan.CoolDown);
                }

                // Whatever is done to the server next, a further block or another policy, must not meet this run's connections.
                sender.Drained.Wait(interrupt);
            }

            return null;
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            return null;
        }
#pragma warning disable CA1031 // It is thrown on the caller's thread.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return ExceptionDispatchInfo.Capture(error);
        }
    }
}
