using HalfFull.Simulation.Workloads;

namespace HalfFull.Simulation.Tests.Workloads;

public sealed class WorkloadCatalogTests
{
    [Fact]
    public void A_preset_is_opened_by_name()
    {
        var workload = WorkloadCatalog.Open("chat", new WorkloadOptions { Limit = 5 });
        Assert.Equal("chat", workload.Name);
        Assert.Equal(5, workload.Jobs().Count());
        Assert.Matches("^[0-9a-f]{64}$", workload.Sha256);
    }

    [Fact]
    public void An_unknown_name_lists_the_presets()
    {
        var error = Assert.Throws<WorkloadException>(() => WorkloadCatalog.Open("chatt", new WorkloadOptions()));
        Assert.Equal("Trace 'chatt' is neither a file nor a preset; presets are chat.", error.Message);
    }
}
