using System.Text;
using HalfFull.Gateway.Configuration;
using HalfFull.Gateway.Replicas;

namespace HalfFull.Gateway.Tests.Configuration;

public sealed class GatewayConfigTests
{
    [Fact]
    public void The_example_of_the_documentation_is_accepted_and_says_everything_that_can_be_said()
    {
        Environment.SetEnvironmentVariable("GPU2_KEY", "upstream-secret");
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "gateway.md"));
        var start = page.IndexOf("```jsonc\n", StringComparison.Ordinal) + "```jsonc\n".Length;
        var config = Parse(page[start..page.IndexOf("```", start, StringComparison.Ordinal)]);
        var options = config.Options;
        Assert.Equal(("0.0.0.0", 8443), (options.Host, options.Port));
        Assert.Equal(Path.GetFullPath("gateway.pem"), options.Tls!.Certificate);
        Assert.Equal(["http://gpu1:8000/", "https://gpu2:8000/"], options.Replicas.Select(replica => replica.Address.AbsoluteUri));
        var second = options.Replicas[1];
        Assert.Equal(("upstream-secret", ReplicaFlavour.Vllm, TimeSpan.FromMilliseconds(2)), (second.ApiKey, second.Flavour, second.Latency));
        Assert.Equal(["llama-3-8b"], second.Models!);
        Assert.Equal([("chat-frontend", false), ("operator", true)], options.Keys.Select(key => (key.Name, key.IsAdmin)));
        Assert.Equal((600, 1_000_000, "acme"), (options.Keys[0].RequestsPerMinute, options.Keys[0].TokensPerMinute, options.Keys[0].Tenant));
        Assert.Equal(2, options.TenantWeights["acme"]);
        Assert.Equal((5000, TimeSpan.FromMinutes(30)), (options.MostConcurrency, options.RequestTimeout));
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30)), (options.ShutdownDelay, config.Grace));
        Assert.Equal((new Uri("http://collector:4318/"), true), (config.Telemetry.Endpoint, config.Telemetry.IsHttp));

        Assert.Equal((Path.GetFullPath("log"), 100, false), (options.Log!.Folder, options.Log.KeepFiles, options.Log.NamesTenants));

        // What the example writes out as the default is the default.
        var defaults = new GatewayOptions();
        Assert.Equal((defaults.Limits, defaults.ExplainRequests, 64 << 20), (options.Limits, options.ExplainRequests, options.Log.FileBytes));
        Assert.Equal((defaults.MostBodyBytes, defaults.MostHeaderBytes), (options.MostBodyBytes, options.MostHeaderBytes));
        Assert.Equal((defaults.IdleTimeout, defaults.ConnectTimeout, defaults.MostAttempts, defaults.RetryShare), (options.IdleTimeout, options.ConnectTimeout, options.MostAttempts, options.RetryShare));
        Assert.Equal(
            (defaults.HealthInterval, defaults.ScrapeInterval, defaults.ProbeTimeout, defaults.SlowStartTime, defaults.EjectShare, defaults.FrozenTime),
            (options.HealthInterval, options.ScrapeInterval, options.ProbeTimeout, options.SlowStartTime, options.EjectShare, options.FrozenTime));
    }

    [Theory]
    [InlineData("[]", "the whole is [], which is not accepted: give an object in { }.")]
    [InlineData("{", "is no JSON")]
    [InlineData("{\"router\":\"sal\",\"router\":\"p2c\"}", "is no JSON")]
    [InlineData("{\"rooter\":\"sal\"}", "rooter is unknown: a configuration takes explain, health, keys, limits, listen, log, queue, replicas, router, seed, shutdown, telemetry, tenants, upstream; did you mean 'router'?")]
    [InlineData("{\"router\":\"sla\"}", "router: There is no policy 'sla'; policies are")]
    [InlineData("{\"queue\":\"lary\"}", "queue: There is no policy 'lary'; did you mean 'larry'?")]
    [InlineData("{\"router\":3}", "router is 3, which is not accepted: give a policy in quotes")]
    [InlineData("{\"listen\":{\"port\":70000}}", "listen.port is 70000, which is not accepted: give a whole number from 0 to 65535.")]
    [InlineData("{\"listen\":{\"tls\":{}}}", "listen.tls.certificate: is missing.")]
    [InlineData("{\"replicas\":[]}", "replicas: names none")]
    [InlineData("{\"replicas\":0}", "replicas is 0")]
    [InlineData("{\"replicas\":[\"gpu1\"]}", "replicas[0] is \"gpu1\", which is not accepted: give an address such as http://gpu1:8000.")]
    [InlineData("{\"replicas\":[\"http://a\",\"http://a/v1\"]}", "replicas: http://a/ is named twice")]
    [InlineData("{\"replicas\":[{}]}", "replicas[0].url: is missing.")]
    [InlineData("{\"replicas\":[{\"url\":\"http://a\",\"flavour\":\"3\"}]}", "replicas[0].flavour is \"3\"")]
    [InlineData("{\"replicas\":[{\"url\":\"http://a\",\"weight\":3}]}", "replicas[0].weight is unknown: replicas[0] takes apiKey, flavour, latency, models, url")]
    [InlineData("{\"replicas\":[{\"url\":\"http://a\",\"apiKey\":\"${HF_NOT_SET}\"}]}", "replicas[0].apiKey asks for the environment variable 'HF_NOT_SET', which is not set.")]
    [InlineData("{\"keys\":[{\"name\":\"a\",\"hash\":\"my-secret\"}]}", "keys[0].hash: is missing or no hash")]
    [InlineData("{\"keys\":[{\"hash\":\"x\"}]}", "keys[0].name: is missing.")]
    [InlineData("{\"tenants\":{\"a\":{\"weight\":0}}}", "tenants.a.weight is 0, which is not accepted: give a number from 0.001 to 1000.")]
    [InlineData("{\"limits\":{\"requestTimeout\":\"0s\"}}", "limits.requestTimeout is \"0s\", which is not accepted: give a duration such as")]
    [InlineData("{\"limits\":{\"requestTimeout\":5}}", "limits.requestTimeout is 5")]
    [InlineData("{\"health\":{\"probeTimeout\":\"2min\"}}", "health.probeTimeout is \"2min\"")]
    [InlineData("{\"log\":{}}", "log.directory: is missing.")]
    [InlineData("{\"log\":{\"directory\":\"log\",\"tenants\":\"plain\"}}", "log.tenants is \"plain\", which is not accepted: give hashed or named.")]
    [InlineData("{\"explain\":-1}", "explain is -1, which is not accepted: give a whole number from 0 to 10000000.")]
    [InlineData("{\"limits\":{\"wait\":\"0s\"}}", "limits.wait is \"0s\"")]
    [InlineData("{\"telemetry\":{\"protocol\":\"udp\"}}", "telemetry.protocol is \"udp\", which is not accepted: give http/protobuf or grpc.")]
    public void What_is_wrong_is_named_with_what_would_be_accepted(string text, string sentence)
    {
        var error = Assert.Throws<FormatException>(() => Parse(text));
        Assert.StartsWith("halffull.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("my-secret", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void An_empty_object_is_the_defaults()
    {
        var config = Parse("{}");
        Assert.Equal((null, null, new TelemetryOptions()), (config.EmulatedReplicas, config.Grace, config.Telemetry));
        Assert.Equal((8080, "sal"), (config.Options.Port, config.Options.Router.ToString()));
        Assert.Equal(4, Parse("{\"replicas\":4}").EmulatedReplicas);
    }

    [Fact]
    public void The_log_and_the_limits_of_the_queue_can_be_said()
    {
        var options = Parse("{\"log\":{\"directory\":\"/var/log/hf\",\"fileMegabytes\":2,\"tenants\":\"named\"},\"explain\":0,\"limits\":{\"waiting\":7,\"wait\":\"3s\"}}").Options;
        Assert.Equal((2L << 20, null, true), (options.Log!.FileBytes, options.Log.KeepFiles, options.Log.NamesTenants));
        Assert.Equal((0, 7, TimeSpan.FromSeconds(3)), (options.ExplainRequests, options.Limits.MostWaiting, options.Limits.MostWait));
        Assert.Contains("log and explain", RestartNeeds.Between(new GatewayOptions(), options), StringComparison.Ordinal);
        Assert.Contains("limits.waiting and wait", RestartNeeds.Between(new GatewayOptions(), options), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Contains("none.json", Assert.Throws<IOException>(() => GatewayConfig.Read(Path.Combine(Path.GetTempPath(), "none.json"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Secrets_are_not_in_what_records_print()
    {
        var settings = new ReplicaSettings(new Uri("http://a/")) { ApiKey = "my-secret" };
        Assert.DoesNotContain("my-secret", settings.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("my-secret", new Gateway.Tls.TlsFiles("a.pfx", null, "my-secret").ToString(), StringComparison.Ordinal);
    }

    private static GatewayConfig Parse(string text) => GatewayConfig.Parse(Encoding.UTF8.GetBytes(text), "halffull.json");
}
