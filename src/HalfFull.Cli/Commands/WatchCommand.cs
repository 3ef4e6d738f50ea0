using System.CommandLine;
using System.Net;
using System.Text;
using System.Text.Json;
using HalfFull.Cli.Options;
using HalfFull.Cli.Output;
using Spectre.Console;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull watch</c>: a gateway at a glance, second by second.</summary>
internal sealed class WatchCommand
{
    private const string KeyVariable = "HALFFULL_ADMIN_KEY";
    private const string StateEvent = "event: state";
    private const string Data = "data: ";
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly Option<Uri?> url = TextOption.Of("--url", "URL", GatewayAddress.Parse, $"Gateway to watch; without keys it answers on its own machine [default: {GatewayAddress.Default}]");
    private readonly Option<string?> key = TextOption.Any("--admin-key", "KEY", $"Its admin key, where it needs one [default: environment variable {KeyVariable}]");
    private readonly Option<long?> seconds = NumberOption.OptionalWhole("--seconds", 1, int.MaxValue, "End after so many seconds [default: until Ctrl-C]");

    /// <summary>The command.</summary>
    public static Command Create(CancellationToken cancellation)
    {
        var watch = new WatchCommand();
        var command = new Command("watch", "Show a gateway at a glance, second by second: replicas, queue, latencies, newest decisions. Plain lines where the output is no terminal.")
        {
            watch.url, watch.key, watch.seconds,
        };
        command.SetAction(parsed => watch.RunAsync(parsed, cancellation).GetAwaiter().GetResult());
        HelpWithExample.Show(command, "watch", "watch --url http://127.0.0.1:8080");
        return command;
    }

    private async Task RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var gateway = parsed.GetValue(url) ?? new Uri(GatewayAddress.Default);
        var left = parsed.GetValue(seconds) ?? long.MaxValue;
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
        if ((parsed.GetValue(key) ?? Environment.GetEnvironmentVariable(KeyVariable)) is { Length: > 0 } shown)
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {shown}");
        }

        var view = new WatchView(gateway);
        try
        {
            if (Console.IsOutputRedirected)
            {
                await FollowAsync(client, gateway, left, line => Console.WriteLine(line), state => Console.WriteLine(view.Line(state)), cancellation);
            }
            else
            {
                await Screen.Output().Live(new Text($"Asking {gateway} …")).AutoClear(enabled: false).StartAsync(live => FollowAsync(
                    client, gateway, left, line => live.UpdateTarget(new Text(line)), state => live.UpdateTarget(view.Glance(state)), cancellation));
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Ctrl-C is how watching ends.
        }
    }

    /// <summary>Listens again whenever a gateway that has answered goes away.</summary>
    private static async Task FollowAsync(HttpClient client, Uri gateway, long most, Action<string> tell, Action<JsonElement> show, CancellationToken cancellation)
    {
        var left = most;
        for (var hasAnswered = false; left > 0; hasAnswered = true)
        {
            try
            {
                left = await ListenAsync(client, gateway, left, show, cancellation);
            }
            catch (Exception error) when (error is HttpRequestException or IOException && !cancellation.IsCancellationRequested)
            {
                if (!hasAnswered)
                {
                    throw new IOException($"No gateway answers at {gateway}: {error.Message}", error);
                }
            }

            if (left > 0)
            {
                tell($"The gateway at {gateway} is gone; asking again every second.");
                await Task.Delay(Retry, cancellation);
            }
        }
    }

    private static async Task<long> ListenAsync(HttpClient client, Uri gateway, long left, Action<JsonElement> show, CancellationToken cancellation)
    {
        using var answer = await client.GetAsync(new Uri(gateway, "/api/events"), HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw new InvalidDataException(GatewayAddress.Refusal(gateway, answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(cancellation)));
        }

        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation), Encoding.UTF8);
        var isState = false;
        while (left > 0 && await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (isState && line.StartsWith(Data, StringComparison.Ordinal))
            {
                using var state = JsonDocument.Parse(line.AsMemory(Data.Length));
                show(state.RootElement);
                left--;
            }

            isState = string.Equals(line, StateEvent, StringComparison.Ordinal);
        }

        return left;
    }
}
