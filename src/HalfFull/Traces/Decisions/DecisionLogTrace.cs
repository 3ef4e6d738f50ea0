using System.Globalization;
using System.Security.Cryptography;

namespace HalfFull.Traces.Decisions;

/// <summary>
/// A decision log as a workload: true arrivals, and lengths as replicas told them. Requests that got no token (refused, failed or left before their first one)
/// and those that were open at the end of the log are left out, for nobody knows what they would have asked of a fleet; those that were cut short later count with what they got.
/// </summary>
public sealed class DecisionLogTrace : ITraceSource
{
    /// <summary>Tokens of a prefix unit in the rows: the nominal size, so that simulated caches with blocks of up to that size can take them.</summary>
    public const int PrefixUnitTokens = 128;

    private readonly DecisionLogFolder folder;
    private readonly Lazy<Content> content;
    private readonly Lazy<string> digest;

    private DecisionLogTrace(DecisionLogFolder folder)
    {
        this.folder = folder;
        Name = System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(folder.Path)));
        content = new Lazy<Content>(Read);
        digest = new Lazy<string>(ComputeDigest);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Sha256 => digest.Value;

    /// <summary>Requests in the log that are no rows.</summary>
    public long LeftOut => content.Value.LeftOut;

    /// <summary>Records that the log says are missing.</summary>
    public long Missing => content.Value.Missing;

    /// <summary>Opens the log in a folder.</summary>
    /// <exception cref="TraceException">There is none.</exception>
    public static DecisionLogTrace Open(string path) => new(DecisionLogFolder.Open(path));

    /// <summary>The requests by arrival, from the first at time 0. The log is read once and its rows stay in memory.</summary>
    /// <exception cref="TraceException">The log is damaged, or holds no request that can be played.</exception>
    public IEnumerable<TraceRow> Rows() => content.Value.Rows;

    private Content Read()
    {
        var reading = new Content();
        foreach (var file in folder.Files)
        {
            var end = DecisionLogFolder.Read(file, reading);
            if (end.Problem is { } problem)
            {
                throw new TraceException(string.Create(CultureInfo.InvariantCulture, $"{file.Path}, offset {end.Offset}: {problem}; halffull verify {folder.Path} tells what can be read."));
            }
        }

        reading.Sort();
        return reading.Rows.Count > 0 ? reading : throw new TraceException($"{folder.Path} holds no request that got a token; a trace needs at least one.");
    }

    private string ComputeDigest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        foreach (var file in folder.Files)
        {
            using var stream = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            for (var left = file.Bytes; left > 0;)
            {
                var read = stream.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
                if (read == 0)
                {
                    break;
                }

                hash.AppendData(buffer, 0, read);
                left -= read;
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private sealed class Content : IDecisionVisitor
    {
        private readonly Dictionary<long, bool> open = [];
        private ulong? run;
        private DateTimeOffset origin;

        public List<TraceRow> Rows { get; } = [];

        public long LeftOut { get; private set; }

        public long Missing { get; private set; }

        public void FileBegan(LogRun run, int file, in LogPosition at)
        {
            if (this.run != run.Id)
            {
                LeftOut += open.Count;
                open.Clear();
            }

            this.run = run.Id;
            origin = run.Origin;
        }

        public void Requested(Request request, bool hasOwnLimit) => open[request.Id] = hasOwnLimit;

        public void Gap(long records, in LogPosition at) => Missing += records;

        public void Finished(Request request, in FinishedRequest finished)
        {
            open.Remove(request.Id, out var hasOwnLimit);
            if (finished.OutputTokens == 0 && finished.Ending != RequestEnding.Completed)
            {
                LeftOut++;
                return;
            }

            Rows.Add(new TraceRow(new TimeSpan(origin.UtcTicks) + request.Arrival, Math.Max(1, finished.PromptTokens ?? request.PromptTokens), Math.Max(1, finished.OutputTokens))
            {
                MaxOutputTokens = hasOwnLimit ? Math.Max(request.MaxOutputTokens, finished.OutputTokens) : null,
                Tenant = request.Tenant,
                Priority = request.Priority,
                Session = request.Session,
                Program = request.Program,
                PrefixHashes = request.PrefixHashes,
                PrefixUnitTokens = request.PrefixHashes.IsEmpty ? 0 : PrefixUnitTokens,
            });
        }

        /// <summary>The log is written when requests end; rows go by arrival.</summary>
        public void Sort()
        {
            LeftOut += open.Count;
            open.Clear();
            var sorted = Rows.SortByArrival().ToArray();
            Rows.Clear();
            Rows.AddRange(sorted);
        }
    }
}
