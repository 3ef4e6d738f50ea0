using HalfFull.Simulation.Workloads;
using HalfFull.Traces;

namespace HalfFull.Simulation.Tests.Workloads;

public sealed class WorkloadCatalogTests
{
    [Fact]
    public void An_unknown_name_lists_the_presets()
    {
        var error = Assert.Throws<WorkloadException>(() => WorkloadCatalog.Open("chatt", new WorkloadOptions()));
        Assert.Equal("Trace 'chatt' is neither a file nor a preset; presets are chat, code, agent-prefix, multi-tenant, reasoning.", error.Message);
    }

    [Fact]
    public void Columns_do_not_go_with_a_preset() =>
        Assert.Throws<WorkloadException>(() => WorkloadCatalog.Open("chat", new WorkloadOptions(), ColumnMap.Parse("arrival=a,prompt=b,output=c")));
}
