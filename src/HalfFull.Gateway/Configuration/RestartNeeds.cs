namespace HalfFull.Gateway.Configuration;

/// <summary>What of the options cannot change while the gateway runs.</summary>
internal static class RestartNeeds
{
    /// <summary>What differs and counts from the next start only, by its names in the configuration; empty when nothing does.</summary>
    public static string Between(GatewayOptions before, GatewayOptions next)
    {
        var needs = new List<string>();
        Add("listen", !string.Equals(before.Host, next.Host, StringComparison.Ordinal) || before.Port != next.Port || before.Tls is null != next.Tls is null);
        Add("upstream.ca, insecure and connectTimeout", before.UpstreamTls != next.UpstreamTls || before.ConnectTimeout != next.ConnectTimeout);
        Add("limits.bodyBytes and headerBytes", before.MostBodyBytes != next.MostBodyBytes || before.MostHeaderBytes != next.MostHeaderBytes);
        Add(
            "health.interval, scrapeInterval and probeTimeout",
            before.HealthInterval != next.HealthInterval || before.ScrapeInterval != next.ScrapeInterval || before.ProbeTimeout != next.ProbeTimeout);
        Add("limits.waiting and wait", before.Limits != next.Limits);
        Add("log and explain", before.ExplainRequests != next.ExplainRequests || (before.Log is { } log ? log with { Warn = null } : null) != (next.Log is { } other ? other with { Warn = null } : null));
        Add("seed", before.Seed != next.Seed);
        return string.Join("; ", needs);

        void Add(string name, bool differs)
        {
            if (differs)
            {
                needs.Add(name);
            }
        }
    }

    /// <summary>The next options with those parts as they were.</summary>
    public static GatewayOptions Keep(GatewayOptions before, GatewayOptions next) => next with
    {
        Host = before.Host,
        Port = before.Port,
        Tls = before.Tls is null ? null : next.Tls ?? before.Tls,
        UpstreamTls = before.UpstreamTls,
        ConnectTimeout = before.ConnectTimeout,
        MostBodyBytes = before.MostBodyBytes,
        MostHeaderBytes = before.MostHeaderBytes,
        HealthInterval = before.HealthInterval,
        ScrapeInterval = before.ScrapeInterval,
        ProbeTimeout = before.ProbeTimeout,
        Log = before.Log,
        ExplainRequests = before.ExplainRequests,
        Limits = before.Limits,
        Seed = before.Seed,
        Notice = before.Notice,
        Time = before.Time,
    };
}
