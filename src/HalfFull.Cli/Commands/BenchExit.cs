using HalfFull.Load;
using HalfFull.Load.Documents;

namespace HalfFull.Cli.Commands;

/// <summary>How a bench command ends.</summary>
internal static class BenchExit
{
    /// <summary>The exit code of runs that were reported.</summary>
    /// <exception cref="LoadException">Every request of a run failed.</exception>
    public static int Code(IReadOnlyList<BenchEntry> entries, CancellationToken cancellation)
    {
        foreach (var entry in entries.Where(static entry => entry.Requests > 0 && entry.Rejected + entry.Failed == entry.Requests))
        {
            throw new LoadException($"Every request to {entry.Url} failed: {string.Join(", ", entry.Errors.Select(static error => $"{error.Key} {error.Value}"))}.");
        }

        foreach (var entry in entries.Where(static entry => entry.Requests == 0 && entry.Excluded > 0 && entry.ExcludedFailed == entry.Excluded))
        {
            throw new LoadException($"Every request to {entry.Url} failed, all of them in the warm-up or cool-down.");
        }

        return cancellation.IsCancellationRequested ? ErrorSentence.Interrupted : 0;
    }
}
