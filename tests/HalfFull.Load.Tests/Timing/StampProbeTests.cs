using System.Collections.Concurrent;
using System.Diagnostics;
using HalfFull.Load.Timing;

namespace HalfFull.Load.Tests.Timing;

public sealed class StampProbeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public void Every_message_is_stamped_but_the_first_of_each_connection()
    {
        var delays = new ConcurrentQueue<TimeSpan>();
        using (var probe = new StampProbe(delays.Enqueue))
        {
            for (var i = 0; i < 5; i++)
            {
                probe.Send();
            }
        }

        Assert.Equal(4 * Math.Min(Environment.ProcessorCount, 16), delays.Count);
        Assert.All(delays, delay => Assert.True(delay > TimeSpan.Zero));
    }

    [Fact]
    public void A_stamping_path_that_is_held_up_shows_by_how_much()
    {
        // Every stamping path stops in its first message, as it would behind a response that takes long to handle, and goes on when told.
        var delays = new ConcurrentQueue<TimeSpan>();
        using var goOn = new ManualResetEventSlim();
        var paths = Math.Min(Environment.ProcessorCount, 16);
        using var stopped = new CountdownEvent(paths);
        var seen = 0;
        TimeSpan held;
        using (var probe = new StampProbe(delay =>
        {
            if (Interlocked.Increment(ref seen) <= paths)
            {
                stopped.Signal();
                goOn.Wait(Patience);
            }
            else
            {
                delays.Enqueue(delay);
            }
        }))
        {
            probe.Send();
            probe.Send();
            Assert.True(stopped.Wait(Patience));
            probe.Send();
            var sent = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(sent) < Given.Ms(20))
            {
                Thread.SpinWait(100);
            }

            held = Stopwatch.GetElapsedTime(sent);
            goOn.Set();
        }

        Assert.Equal(paths, delays.Count);
        Assert.All(delays, delay => Assert.True(delay >= held, $"Held up by {held}, but stamped after {delay}."));
    }

    [Fact]
    public void A_message_that_is_never_stamped_is_late_by_the_whole_wait()
    {
        var delays = new ConcurrentQueue<TimeSpan>();
        using var never = new ManualResetEventSlim();
        var first = 0;
        var probe = new StampProbe(delay =>
        {
            delays.Enqueue(delay);
            if (Interlocked.Increment(ref first) == 1)
            {
                never.Wait(Patience);
            }
        });
        probe.Send();
        probe.Send();
        probe.Dispose();
        never.Set();

        Assert.Contains(TimeSpan.FromSeconds(1), delays);
    }
}
