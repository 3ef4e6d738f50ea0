using HalfFull.Gateway.Access;
using HalfFull.Gateway.Configuration;

namespace HalfFull.Gateway.Tests.Configuration;

public sealed class DeploymentTests
{
    [Theory]
    [InlineData("deploy/halffull.json")]
    [InlineData("deploy/kubernetes/halffull.json")]
    public void The_configurations_that_we_ship_are_accepted(string file)
    {
        Environment.SetEnvironmentVariable("APP_KEY_HASH", KeyHash.Of(KeyHash.CreateKey()).ToString());
        Environment.SetEnvironmentVariable("OPERATOR_KEY_HASH", KeyHash.Of(KeyHash.CreateKey()).ToString());
        var config = GatewayConfig.Read(Path.Combine(Repository.Root, file));
        Assert.Equal(2, config.Options.Replicas.Count);
        Assert.Equal(["app", "operator"], config.Options.Keys.Select(key => key.Name));
        Assert.True(config.Options.ShutdownDelay + config.Grace < TimeSpan.FromSeconds(60), "the time that systemd and Kubernetes give is longer");
    }
}
