using System.Diagnostics;

namespace HalfFull.Gateway.Tests;

/// <summary>Waits for a condition, with a deadline that only a fault reaches.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    internal static async Task True(Func<bool> condition, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < Deadline, $"It never happened: {what}.");
            await Task.Delay(5);
        }
    }
}
