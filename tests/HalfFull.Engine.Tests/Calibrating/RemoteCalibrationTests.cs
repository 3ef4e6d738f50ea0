using HalfFull.Engine.Calibrating;
using HalfFull.Engine.StepTime;
using HalfFull.Gateway.Workers;

namespace HalfFull.Engine.Tests.Calibrating;

public sealed class RemoteCalibrationTests
{
    [Fact]
    public async Task An_engine_behind_an_address_is_measured_and_a_larger_one_costs_more()
    {
        // How exact the fit is depends on the machine, so only its direction is tested, with prompts that differ by a tenth of a second.
        var limits = new EngineLimits(10_000) { PrefixCaching = false };
        await using var worker = await WorkerServer.StartAsync(new WorkerOptions(limits, new LinearStepTime(500, 150, 0, 0)));
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var found = await RemoteCalibration.MeasureAsync(client, worker.Address, model: null, CancellationToken.None);
        Assert.Equal((15, 20), (found.Prefill.Steps, found.Decode.Steps));
        var small = found.Model.Predict(default(StepShape).WithChunk(16, 0));
        var large = found.Model.Predict(default(StepShape).WithChunk(600, 0));
        Assert.True(large > small, $"{large} for 600 prompt tokens, {small} for 16");
        Assert.True(found.Model.Decode.BaseMicros + found.Model.Decode.MicrosPerSequence > 0, "a token takes time");
    }

    [Fact]
    public async Task A_server_that_refuses_is_quoted()
    {
        await using var worker = await WorkerServer.StartAsync(new WorkerOptions(new EngineLimits(10_000), new LinearStepTime(500, 40, 0, 0)));
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => RemoteCalibration.MeasureAsync(client, worker.Address, "nobody", CancellationToken.None));
        Assert.Contains("404", error.Message, StringComparison.Ordinal);
        Assert.Contains("nobody", error.Message, StringComparison.Ordinal);
    }
}
