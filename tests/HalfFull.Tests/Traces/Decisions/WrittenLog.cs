using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Queueing;
using HalfFull.Routing;
using HalfFull.Scheduling;
using HalfFull.Traces.Decisions;

namespace HalfFull.Tests.Traces.Decisions;

/// <summary>A decision log on the disk, written by the encoder as a gateway does, with a scheduler that really decides.</summary>
internal sealed class WrittenLog : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("halffull-log-");
    private readonly Rng rng = new(5);
    private FileStream? file;
    private int number;
    private int firstOfRun;
    private FrontScheduler front = null!;
    private readonly Dictionary<long, RequestEnding> endings = [];
    private bool isTaken;
    private int next;

    private HitTape tape = null!;

    /// <summary>Whether what the scheduler is told of cached prefixes is kept from the log.</summary>
    public bool HidesHits { get; set; }

    /// <summary>Whether the encoder gets no room.</summary>
    public bool IsFull { get; set; }

    public string Path => folder.FullName;

    public string[] Files => [.. Directory.GetFiles(Path).Order(StringComparer.Ordinal)];

    public DecisionEncoder Encoder { get; private set; } = null!;

    /// <summary>Begins a run.</summary>
    public WrittenLog Begin(string router = "sal:eps=1", string queue = "vtc", long fileBytes = 6_000, ulong run = 1, IPrefixHits? hits = null)
    {
        firstOfRun = number;
        Encoder = new DecisionEncoder(
            new LogRun(run, new DateTimeOffset(2026, 1, 1, (int)run, 0, 0, TimeSpan.Zero), "test"), fileBytes, () => IsFull || isTaken ? null : Take(), Write);
        tape = new HitTape(hits);
        front = new FrontSettings(
            PolicySpec.Parse(router), PolicySpec.Parse(queue), 1, new FrontLimits(), new TenantWeights(new Dictionary<string, double> { ["t1"] = 3 })).Create(watcher: null, hits is null ? null : tape);
        Encoder.Front(front);
        return this;
    }

    /// <summary>Other policies from here on.</summary>
    public void Use(string router, string queue)
    {
        Assert.True(Encoder.Prepare());
        front.Switch(PolicySpec.Parse(router), PolicySpec.Parse(queue));
        Encoder.Switched(PolicySpec.Parse(router), PolicySpec.Parse(queue));
    }

    /// <summary>Other shares from here on.</summary>
    public void Reweigh(TenantWeights weights) => Call(() => front.Reweigh(weights), () => Encoder.Reweighed(weights));

    /// <summary>Requests that are routed, answered and finished; every third waits for the next one.</summary>
    public WrittenLog Play(int requests, RequestEnding ending = RequestEnding.Completed)
    {
        for (var i = 0; i < requests; i++)
        {
            var id = ++next;
            var request = Given.Request(id, 100 + id, 50, arrival: id * 0.1, tenant: $"t{id % 3}", hashes: [id, id + 1], unit: 128);
            var now = TimeSpan.FromSeconds(id * 0.1);
            endings[id] = ending;
            Encoder.Arrived(request, hasOwnLimit: id % 2 == 0);
            Call(() => front.Join(now, request, 1, 0, false), () => Encoder.Joined(now, request, 1, 0, false, []));
            if (id % 3 > 0)
            {
                Send(now, id);
            }

            if (id % 10 == 0)
            {
                Encoder.Flush();
            }
        }

        return this;
    }

    /// <summary>A request comes to a queue that is too long, and somebody is refused: who really gives way, or whom the log is to name.</summary>
    public long Refuse(long? named = null)
    {
        var id = ++next;
        var request = Given.Request(id, 10, 5, arrival: id * 0.1) with { Priority = 1 };
        endings[id] = RequestEnding.Completed;
        Encoder.Arrived(request, hasOwnLimit: true);
        Call(() => front.Join(request.Arrival, request, 1, 0, false), () => Encoder.Joined(request.Arrival, request, 1, 0, false, []));
        var refused = 0L;
        Call(() => refused = front.GiveWay(id).Id, () => Encoder.GaveWay(id, named ?? refused));
        return refused;
    }

    /// <summary>Decisions until nobody goes.</summary>
    public void Send(TimeSpan now, int seed)
    {
        FrontReplica[] replicas = [View(0, seed), View(1, seed), View(2, seed)];
        FrontDecision decision;
        do
        {
            decision = default;
            var isLogged = Encoder.Prepare();
            tape.Clear();
            decision = front.Next(now, 1, replicas);
            if (isLogged)
            {
                Encoder.Decided(now, 1, replicas, LoggedDecision.Of(decision), HidesHits ? default : tape.Answers);
            }

            if (decision is { Kind: FrontDecisionKind.Release, Request: { } sent })
            {
                var replica = decision.Index;
                Call(() => front.FirstToken(now, sent, replica), () => Encoder.FirstToken(sent, replica, now));
                var record = new RequestRecord(sent.Id, sent.Arrival, now, now, now, 100, 0, 9, 0, replica, sent.Tenant, Outcome.Completed);
                Call(() => front.Ended(record), () => Encoder.Ended(record));
                var ending = endings[sent.Id];
                Encoder.Finished(sent, new FinishedRequest
                {
                    Id = sent.Id,
                    End = now + TimeSpan.FromSeconds(5),
                    Ending = ending,
                    PromptTokens = 90 + (int)sent.Id,
                    OutputTokens = ending == RequestEnding.Completed ? 7 : 0,
                });
            }
        }
        while (decision.Kind == FrontDecisionKind.Release);
    }

    private void Call(Action call, Action record)
    {
        var isLogged = Encoder.Prepare();
        call();
        if (isLogged)
        {
            record();
        }
    }

    /// <summary>Sends all that wait.</summary>
    public WrittenLog Drain()
    {
        while (front.Waiting > 0)
        {
            Send(TimeSpan.FromSeconds((next * 0.1) + 1), next);
        }

        return this;
    }

    /// <summary>Ends in order, when all are answered.</summary>
    public WrittenLog Close()
    {
        Drain();
        Encoder.Close();
        return Kill();
    }

    /// <summary>Ends as a killed gateway does.</summary>
    public WrittenLog Kill()
    {
        file?.Dispose();
        file = null;
        isTaken = false;
        return this;
    }

    public VerifyReport Verify() => DecisionVerifier.Verify(DecisionLogFolder.Open(Path));

    public void Dispose()
    {
        file?.Dispose();
        folder.Delete(recursive: true);
    }

    private FrontReplica View(int replica, int id) => new(new ReplicaView
    {
        Replica = replica,
        Age = TimeSpan.FromMilliseconds(rng.NextInt32(300)),
        QueuedPrefillTokens = rng.NextInt32(5000),
        PrefillTokensPerSecond = id < 5 ? null : 8000 + rng.NextDouble(),
        KvCapacityTokens = 10_000,
        InFlightRequests = 1 + rng.NextInt32(9),
    }, UnstartedTokens: rng.NextInt32(6000), UnstartedRequests: rng.NextInt32(3), IsReported: true);

    private LogBlock Take()
    {
        isTaken = true;
        return new LogBlock();
    }

    private void Write(LogBlock block)
    {
        isTaken = false;
        if (block.StartsFile is { } index)
        {
            file?.Dispose();
            number = firstOfRun + index + 1;
            file = File.Create(System.IO.Path.Combine(Path, LogFile.Name(number)));
            file.Write(LogFile.Signature);
        }

        Span<byte> header = stackalloc byte[LogFile.HeaderBytes];
        LogFile.WriteHeader(header, block.Content.Written, block.Records);
        file!.Write(header);
        file.Write(block.Content.Written);
        file.Flush();
    }
}
