using HalfFull.Gateway.Replicas;

namespace HalfFull.Gateway.Workers;

/// <summary>Worker processes behind a gateway: each is started again when it ends, under the same number of replica in a new epoch.</summary>
public sealed class WorkerFleet : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly GatewayServer gateway;
    private readonly string program;
    private readonly IReadOnlyList<string> arguments;
    private readonly CancellationTokenSource stop = new();
    private readonly WorkerProcess[] workers;
    private Task[] keepers = [];

    private WorkerFleet(GatewayServer gateway, string program, IReadOnlyList<string> arguments, WorkerProcess[] workers)
    {
        this.gateway = gateway;
        this.program = program;
        this.arguments = arguments;
        this.workers = workers;
    }

    /// <summary>Process ids of the workers, as of now.</summary>
    public IReadOnlyList<int> ProcessIds => [.. workers.Select(worker => worker.ProcessId)];

    /// <summary>Starts the workers and puts them behind the gateway.</summary>
    /// <param name="gateway">The gateway.</param>
    /// <param name="count">How many.</param>
    /// <param name="program">Program to run.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">A worker could not be started.</exception>
    public static async Task<WorkerFleet> StartAsync(
        GatewayServer gateway, int count, string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        var starting = Enumerable.Range(0, count).Select(_ => WorkerProcess.StartAsync(program, arguments, cancellation)).ToArray();
        try
        {
            await Task.WhenAll(starting);
        }
        catch
        {
            foreach (var worker in starting.Where(task => task.IsCompletedSuccessfully))
            {
                await (await worker).DisposeAsync();
            }

            throw;
        }

        var fleet = new WorkerFleet(gateway, program, arguments, [.. starting.Select(task => task.Result)]);
        fleet.keepers = [.. fleet.workers.Select((worker, index) => fleet.KeepAsync(index, gateway.Add(worker.Address)))];
        return fleet;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(keepers);
        await Task.WhenAll(workers.Select(worker => worker.DisposeAsync().AsTask()));
        stop.Dispose();
    }

    private async Task KeepAsync(int index, RemoteReplica replica)
    {
        try
        {
            while (true)
            {
                await workers[index].WaitForExitAsync(stop.Token);
                gateway.Pool.Restarted(replica, address: null);
                await workers[index].DisposeAsync();
                workers[index] = await StartAgainAsync();
                gateway.Pool.Restarted(replica, workers[index].Address);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private async Task<WorkerProcess> StartAgainAsync()
    {
        var pause = FirstPause;
        while (true)
        {
            await Task.Delay(pause, stop.Token);
            try
            {
                return await WorkerProcess.StartAsync(program, arguments, stop.Token);
            }
            catch (IOException)
            {
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }
}
