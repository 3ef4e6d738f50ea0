using System.Text.Json;
using HalfFull.Gateway.Access;
using HalfFull.Gateway.Logging;
using HalfFull.Gateway.Replicas;
using HalfFull.Gateway.Tls;
using HalfFull.Policies;
using HalfFull.Scheduling;

namespace HalfFull.Gateway.Configuration;

/// <summary>Reads the parts of a configuration file.</summary>
internal static class ConfigReader
{
    private const int MostReplicas = 10_000;
    private const int MostEmulated = 64;
    private const int MostExplained = 10_000_000;
    private const string ReplicasAccepted = "a list of addresses such as [\"http://gpu1:8000\"], of objects with a url, or a number of emulated replicas";
    private static readonly TimeSpan LongestProbe = TimeSpan.FromMinutes(1);

    /// <summary>Reads the whole.</summary>
    public static GatewayConfig Read(ConfigObject root)
    {
        var defaults = new GatewayOptions();
        var options = defaults;
        var emulated = root.IsNumber("replicas") ? root.Whole("replicas", 1, MostEmulated) : null;
        options = options with
        {
            Replicas = emulated is null ? Replicas(root) : [],
            Router = Policy(root, "router", spec => FrontScheduler.Validate(spec, defaults.Queue)) ?? options.Router,
            Queue = Policy(root, "queue", spec => FrontScheduler.Validate(defaults.Router, spec)) ?? options.Queue,
            Keys = Keys(root),
            TenantWeights = Tenants(root),
            Seed = (ulong)(root.Whole("seed", 0, int.MaxValue) ?? (int)options.Seed),
        };
        options = Listen(root, options);
        options = Upstream(root, options);
        options = Limits(root, options);
        options = Health(root, options);
        options = Log(root, options);
        var (delay, grace) = Shutdown(root);
        var config = new GatewayConfig(options with { ShutdownDelay = delay ?? options.ShutdownDelay })
        {
            EmulatedReplicas = emulated,
            Grace = grace,
            Telemetry = Telemetry(root),
        };
        root.Done();
        return config;
    }

    private static PolicySpec? Policy(ConfigObject root, string name, Action<PolicySpec> validate)
    {
        if (root.Text(name, "a policy in quotes, such as \"sal\"") is not { } text)
        {
            return null;
        }

        try
        {
            var spec = PolicySpec.Parse(text);
            validate(spec);
            return spec;
        }
        catch (PolicyException error)
        {
            throw root.Wrong(name, error.Message);
        }
    }

    private static ReplicaSettings[] Replicas(ConfigObject root)
    {
        var list = root.List("replicas", ReplicasAccepted) ?? [];
        if (list.Length == 0 && root.Names.Contains("replicas", StringComparer.Ordinal))
        {
            throw root.Wrong("replicas", "names none; give at least one, or leave it out for emulated ones.");
        }

        if (list.Length > MostReplicas)
        {
            throw root.Wrong("replicas", $"there are {list.Length}, more than {MostReplicas}.");
        }

        var replicas = list.Select((item, index) => item.ValueKind == JsonValueKind.String
            ? new ReplicaSettings(Address(item.GetString()!) ?? throw root.RefusedItem("replicas", index, item, "an address such as http://gpu1:8000"))
            : Replica(root.Item("replicas", index, item))).ToArray();
        return replicas.GroupBy(replica => replica.Address).FirstOrDefault(group => group.Skip(1).Any()) is { } twice
            ? throw root.Wrong("replicas", $"{twice.Key} is named twice; name each replica once.")
            : replicas;
    }

    private static ReplicaSettings Replica(ConfigObject item)
    {
        var settings = new ReplicaSettings(item.Parsed("url", Address, "an address such as http://gpu1:8000") ?? throw item.Wrong("url", "is missing."))
        {
            Models = item.List("models", "a list of names such as [\"llama-3-8b\"]")?.Select((model, index) => model.ValueKind == JsonValueKind.String
                ? model.GetString()!
                : throw item.RefusedItem("models", index, model, "a name in quotes")).ToArray(),
            Flavour = item.Text("flavour") is { } flavour
                ? Enum.TryParse<ReplicaFlavour>(flavour, ignoreCase: true, out var known) && !char.IsAsciiDigit(flavour[0])
                    ? known
                    : throw item.Refused("flavour", $"one of {string.Join(", ", Enum.GetNames<ReplicaFlavour>().Select(name => name.ToLowerInvariant()))}")
                : null,
            ApiKey = item.Secret("apiKey"),
            Latency = item.Time("latency", mayBeZero: true) ?? TimeSpan.Zero,
        };
        item.Done();
        return settings;
    }

    private static Uri? Address(string text) => ReplicaAddress.TryParse(text, out var address) ? address : null;

    private static ApiKey[] Keys(ConfigObject root)
    {
        var keys = (root.List("keys", "a list of objects with a name and a hash") ?? []).Select((item, index) => Key(root.Item("keys", index, item))).ToArray();
        return keys.GroupBy(key => key.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Skip(1).Any()) is { } twice
            ? throw root.Wrong("keys", $"the name '{twice.Key}' is given twice; names must be unique.")
            : keys;
    }

    private static ApiKey Key(ConfigObject item)
    {
        var name = item.Text("name") ?? throw item.Wrong("name", "is missing.");
        var hash = KeyHash.TryParse(item.Secret("hash"), out var parsed)
            ? parsed
            : throw item.Wrong("hash", $"is missing or no hash (it is not repeated here, in case it is the key itself): give {KeyHash.Accepts}.");
        var key = new ApiKey(name, hash)
        {
            Tenant = item.Text("tenant"),
            Priority = item.Whole("priority", -1_000_000, 1_000_000) ?? 0,
            IsAdmin = item.Flag("admin") ?? false,
            RequestsPerMinute = item.Whole("requestsPerMinute", 1, int.MaxValue),
            TokensPerMinute = item.Whole("tokensPerMinute", 1, int.MaxValue),
        };
        item.Done();
        return key;
    }

    private static SortedDictionary<string, double> Tenants(ConfigObject root)
    {
        var weights = new SortedDictionary<string, double>(StringComparer.Ordinal);
        if (root.Object("tenants") is { } tenants)
        {
            foreach (var name in tenants.Names)
            {
                var tenant = tenants.Object(name)!;
                weights[name] = tenant.Number("weight", 0.001, 1000) ?? 1;
                tenant.Done();
            }
        }

        return weights;
    }

    private static GatewayOptions Listen(ConfigObject root, GatewayOptions options)
    {
        if (root.Object("listen") is not { } listen)
        {
            return options;
        }

        var tls = listen.Object("tls");
        options = options with
        {
            Host = listen.Text("host") ?? options.Host,
            Port = listen.Whole("port", 0, 65_535) ?? options.Port,
            Tls = tls is null ? null
                : new TlsFiles(tls.FilePath("certificate") ?? throw tls.Wrong("certificate", "is missing."), tls.FilePath("key"), tls.Secret("password")),
        };
        tls?.Done();
        listen.Done();
        return options;
    }

    private static GatewayOptions Upstream(ConfigObject root, GatewayOptions options)
    {
        if (root.Object("upstream") is not { } upstream)
        {
            return options;
        }

        options = options with
        {
            UpstreamTls = new UpstreamTls(upstream.FilePath("ca"), upstream.Flag("insecure") ?? false),
            ConnectTimeout = upstream.Time("connectTimeout") ?? options.ConnectTimeout,
            IdleTimeout = upstream.Time("idleTimeout") ?? options.IdleTimeout,
            MostAttempts = upstream.Whole("attempts", 1, 10) ?? options.MostAttempts,
            RetryShare = upstream.Number("retryShare", 0, 1) ?? options.RetryShare,
        };
        upstream.Done();
        return options;
    }

    private static GatewayOptions Limits(ConfigObject root, GatewayOptions options)
    {
        if (root.Object("limits") is not { } limits)
        {
            return options;
        }

        options = options with
        {
            MostBodyBytes = limits.Whole("bodyBytes", 1024, 1 << 30) ?? options.MostBodyBytes,
            MostHeaderBytes = limits.Whole("headerBytes", 1024, 1 << 20) ?? options.MostHeaderBytes,
            MostConcurrency = limits.Whole("concurrency", 1, int.MaxValue),
            RequestTimeout = limits.Time("requestTimeout"),
            Limits = options.Limits with
            {
                MostWaiting = limits.Whole("waiting", 0, int.MaxValue) ?? options.Limits.MostWaiting,
                MostWait = limits.Time("wait") ?? options.Limits.MostWait,
            },
        };
        limits.Done();
        return options;
    }

    private static GatewayOptions Health(ConfigObject root, GatewayOptions options)
    {
        if (root.Object("health") is not { } health)
        {
            return options;
        }

        options = options with
        {
            HealthInterval = health.Time("interval") ?? options.HealthInterval,
            ScrapeInterval = health.Time("scrapeInterval") ?? options.ScrapeInterval,
            ProbeTimeout = health.Time("probeTimeout") is not { } time ? options.ProbeTimeout
                : time <= LongestProbe ? time : throw health.Refused("probeTimeout", "at most 1min"),
            SlowStartTime = health.Time("slowStart", mayBeZero: true) ?? options.SlowStartTime,
            EjectShare = health.Number("ejectShare", 0, 1) ?? options.EjectShare,
            FrozenTime = health.Time("frozenAfter", mayBeZero: true) ?? options.FrozenTime,
        };
        health.Done();
        return options;
    }

    private static GatewayOptions Log(ConfigObject root, GatewayOptions options)
    {
        options = options with { ExplainRequests = root.Whole("explain", 0, MostExplained) ?? options.ExplainRequests };
        if (root.Object("log") is not { } log)
        {
            return options;
        }

        var folder = log.FilePath("directory") ?? throw log.Wrong("directory", "is missing.");
        var defaults = new LogOptions(folder);
        options = options with
        {
            Log = defaults with
            {
                FileBytes = log.Whole("fileMegabytes", 1, 100_000) is { } megabytes ? (long)megabytes << 20 : defaults.FileBytes,
                KeepFiles = log.Whole("keep", 2, 1_000_000),
                NamesTenants = log.Text("tenants") switch
                {
                    null or "hashed" => false,
                    "named" => true,
                    _ => throw log.Refused("tenants", "hashed or named"),
                },
            },
        };
        log.Done();
        return options;
    }

    private static (TimeSpan? Delay, TimeSpan? Grace) Shutdown(ConfigObject root)
    {
        if (root.Object("shutdown") is not { } shutdown)
        {
            return default;
        }

        var times = (shutdown.Time("delay", mayBeZero: true), shutdown.Time("grace", mayBeZero: true));
        shutdown.Done();
        return times;
    }

    private static TelemetryOptions Telemetry(ConfigObject root)
    {
        if (root.Object("telemetry") is not { } telemetry)
        {
            return new TelemetryOptions();
        }

        var options = new TelemetryOptions(
            telemetry.Parsed("endpoint", Address, "the address of a collector such as http://collector:4318"),
            telemetry.Text("protocol") switch
            {
                null => null,
                "http/protobuf" => true,
                "grpc" => false,
                _ => throw telemetry.Refused("protocol", "http/protobuf or grpc"),
            },
            telemetry.Text("serviceName"));
        telemetry.Done();
        return options;
    }
}
