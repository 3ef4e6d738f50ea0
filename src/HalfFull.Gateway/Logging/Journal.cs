using System.Reflection;
using System.Security.Cryptography;
using HalfFull.Gateway.OpenAi;
using HalfFull.Traces.Decisions;

namespace HalfFull.Gateway.Logging;

/// <summary>
/// What is kept of requests and decisions: the log on the disk and the ring that explains. Either may be missing. Its lock is taken inside the lock of the
/// pool, never the other way round, and holds for no I/O. Thread-safe.
/// </summary>
internal sealed class Journal : IAsyncDisposable
{
    private readonly LogOptions? options;

    private Journal(LogOptions? options, DecisionLog? log, ExplainRing? ring, Lock gate, PrefixSalt salt)
    {
        this.options = options;
        Gate = gate;
        Log = log;
        Ring = ring;
        Salt = salt;
    }

    /// <summary>Serialises records with the calls that they tell of.</summary>
    public Lock Gate { get; }

    /// <summary>The log on the disk; null for none.</summary>
    public DecisionLog? Log { get; }

    /// <summary>The ring that explains; null for none.</summary>
    public ExplainRing? Ring { get; }

    /// <summary>The secret of hashes of what clients send: the log folder's, else one of this process.</summary>
    public PrefixSalt Salt { get; }

    /// <summary>Keeps what the options ask for.</summary>
    /// <exception cref="IOException">The log's folder cannot be used.</exception>
    public static Journal Open(GatewayOptions options)
    {
        var gate = new Lock();
        var ring = options.ExplainRequests > 0 ? new ExplainRing(options.ExplainRequests) : null;
        if (options.Log is not { } wanted)
        {
            return new Journal(options: null, log: null, ring, gate, PrefixSalt.Random());
        }

        var id = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        var version = typeof(Journal).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        var log = new DecisionLog(wanted, new LogRun(id, options.Time.GetUtcNow(), $"halffull {version}"), gate);
        return new Journal(wanted, log, ring, gate, log.Salt);
    }

    /// <summary>The name of a tenant for policies and the log: its salted hash unless the log names tenants or there is none.</summary>
    public string? Tenant(string? name) => name is null || options is null or { NamesTenants: true } ? name : Salt.Alias(name);

    /// <summary>A replica has a name.</summary>
    public void Replica(int replica, string name)
    {
        lock (Gate)
        {
            Log?.Encoder.Replica(replica, name);
        }
    }

    /// <summary>A request came in.</summary>
    /// <param name="request">The request as its client and its key describe it.</param>
    /// <param name="scan">Its body.</param>
    /// <param name="bytesPerToken">Bytes of its text to a token.</param>
    /// <returns>The request as policies will see it, and the log holds it: hashed where names are not to be logged, and with the hashes of its prefix.</returns>
    public Request Enter(Request request, in RequestScan scan, double bytesPerToken)
    {
        var entered = request with
        {
            Tenant = Tenant(request.Tenant),
            Session = Hidden(request.Session),
            Program = Hidden(request.Program),
            PrefixHashes = scan.PrefixHashes,
            PrefixUnitTokens = scan.PrefixUnitTokens(bytesPerToken),
        };
        Arrived(entered, hasOwnLimit: scan.MaxOutputTokens is not null);
        return entered;
    }

    /// <summary>A request came in.</summary>
    /// <param name="request">The request as policies will see it.</param>
    /// <param name="hasOwnLimit">Whether its output limit is its client's.</param>
    public void Arrived(Request request, bool hasOwnLimit)
    {
        lock (Gate)
        {
            Log?.Encoder.Arrived(request, hasOwnLimit);
            Ring?.Arrived(request);
        }
    }

    /// <summary>A request ended for its client.</summary>
    public void Finished(Request request, in FinishedRequest finished)
    {
        lock (Gate)
        {
            Log?.Encoder.Finished(request, finished);
            Ring?.Finished(finished);
        }
    }

    /// <summary>What is known of a request; null when it is not kept, or no more.</summary>
    public Explanation? Explain(long id)
    {
        lock (Gate)
        {
            return Ring?.Explain(id);
        }
    }

    /// <summary>Decisions from a number on; none when they are not kept.</summary>
    public RecentDecisions DecisionsSince(long from, int most)
    {
        lock (Gate)
        {
            return Ring?.Since(from, most) ?? new RecentDecisions([], 0, 0);
        }
    }

    /// <summary>The salted hash of what clients name themselves, where there is a log: nobody needs to know it, only whether it is the same.</summary>
    private string? Hidden(string? name) => name is null || options is null ? name : Salt.Alias(name);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Log?.DisposeAsync() ?? ValueTask.CompletedTask;
}
