using HalfFull.Gateway.Access;
using HalfFull.Gateway.Replicas;
using HalfFull.Gateway.Tls;
using HalfFull.Gateway.Logging;
using HalfFull.Policies;
using HalfFull.Scheduling;

namespace HalfFull.Gateway;

/// <summary>How a gateway works. Every figure has the documented default.</summary>
public sealed record GatewayOptions
{
    /// <summary>The router.</summary>
    public PolicySpec Router { get; init; } = PolicySpec.Parse("sal");

    /// <summary>The queue policy.</summary>
    public PolicySpec Queue { get; init; } = PolicySpec.Parse("larry");

    /// <summary>When a replica has room, and how long the queue may become.</summary>
    public FrontLimits Limits { get; init; } = new();

    /// <summary>Shares of tenants under policies that share fairly; 1 for one that is not named.</summary>
    public IReadOnlyDictionary<string, double> TenantWeights { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>How long a request may wait for a replica when every one that it could use has gone.</summary>
    public TimeSpan LongestOutage { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Seed of what the router draws and of ties.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Address to bind to.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Port; 0 for any free one.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Certificate for HTTPS; null for plain HTTP.</summary>
    public TlsFiles? Tls { get; init; }

    /// <summary>How certificates of replicas are checked.</summary>
    public UpstreamTls UpstreamTls { get; init; } = new();

    /// <summary>Replicas to begin with.</summary>
    public IReadOnlyList<ReplicaSettings> Replicas { get; init; } = [];

    /// <summary>Keys of which a caller needs one; empty: none is needed.</summary>
    public IReadOnlyList<ApiKey> Keys { get; init; } = [];

    /// <summary>Largest request body, bytes.</summary>
    public int MostBodyBytes { get; init; } = 32 << 20;

    /// <summary>Largest sum of a request's header lines, bytes.</summary>
    public int MostHeaderBytes { get; init; } = 32 << 10;

    /// <summary>Requests answered at once, 429 for more; null for any number.</summary>
    public int? MostConcurrency { get; init; }

    /// <summary>Longest time from a request's arrival to the end of its answer; null for any. A trusted caller's own deadline may be earlier.</summary>
    public TimeSpan? RequestTimeout { get; init; }

    /// <summary>Longest time without a byte from a replica, headers included: longer than the longest prefill, and than the longest answer that is not streamed.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Longest time to connect to a replica.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time between two scrapes of a replica's metrics; each is jittered by a fifth.</summary>
    public TimeSpan ScrapeInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Time between two health checks of a replica.</summary>
    public TimeSpan HealthInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time that a scrape or a health check may take.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Failed health checks in a row after which a replica is down.</summary>
    public int FailuresToDown { get; init; } = 3;

    /// <summary>Passed health checks in a row after which it is ready again.</summary>
    public int SuccessesToReady { get; init; } = 2;

    /// <summary>Failed requests in a row that open a replica's circuit breaker.</summary>
    public int FailuresToOpen { get; init; } = 5;

    /// <summary>How long an open breaker stays shut to requests at first; it doubles up to a minute while probes fail.</summary>
    public TimeSpan OpenTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Tries of one request, the first included.</summary>
    public int MostAttempts { get; init; } = 3;

    /// <summary>Retries as a share of requests; ten are always granted.</summary>
    public double RetryShare { get; init; } = 0.2;

    /// <summary>Time in which a replica that is new, or back, grows to its full share of the load; zero for at once.</summary>
    public TimeSpan SlowStartTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>First tokens after which it has its full share before that time.</summary>
    public int SlowStartFirstTokens { get; init; } = 100;

    /// <summary>Largest share of the replicas left out because they do much worse than the others, one at least; 0 leaves out none.</summary>
    public double EjectShare { get; init; } = 0.3;

    /// <summary>How long such a replica is left out at first; each time in a row as long again, up to five minutes.</summary>
    public TimeSpan EjectTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time without a token, while its metrics say that requests run, after which a replica counts as frozen; zero for never.</summary>
    public TimeSpan FrozenTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Time between the moment when <c>/ready</c> begins to answer 503 and the moment when no new requests are taken, at the end.</summary>
    public TimeSpan ShutdownDelay { get; init; }

    /// <summary>Whether it has spans and metrics for listeners in this process.</summary>
    public bool HasTelemetry { get; init; } = true;

    /// <summary>Hears what an operator should know, one sentence each; null for nobody.</summary>
    public Action<string>? Notice { get; init; }

    /// <summary>Where decisions are logged; null for nowhere.</summary>
    public LogOptions? Log { get; init; }

    /// <summary>Newest requests whose decisions can be explained; 0 for none. Each takes about a kilobyte.</summary>
    public int ExplainRequests { get; init; } = 10_000;

    /// <summary>Its clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
