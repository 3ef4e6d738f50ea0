using System.CommandLine;
using System.Net;
using System.Text.Json;
using HalfFull.Cli.Options;
using HalfFull.Cli.Output;
using HalfFull.Gateway.Logging;
using HalfFull.Traces.Decisions;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull explain</c>: why a request went where it went.</summary>
internal sealed class ExplainCommand
{
    private readonly Argument<long> id = new("id")
    {
        Description = "Number of the request: the header x-halffull-request-id of its answer",
        CustomParser = result => Number(result),
    };

    private readonly Option<Uri?> url = TextOption.Of("--url", "URL", GatewayAddress.Parse, $"Gateway to ask; it answers on its own machine [default: {GatewayAddress.Default}]");
    private readonly Option<string?> log = TextOption.Any("--log", "DIR", "Folder of a decision log to look in, in place of a gateway");

    /// <summary>The command.</summary>
    public static Command Create(CancellationToken cancellation)
    {
        var explain = new ExplainCommand();
        var command = new Command("explain", "Show why a request went where it went: candidates, scores and their parts, by how much each missed, predicted and true time to first token.")
        {
            explain.id, explain.url, explain.log,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(explain.url) is not null && result.GetResult(explain.log) is not null)
            {
                result.AddError("Give only one of --url and --log: a gateway or a folder is asked.");
            }
        });
        command.SetAction(parsed => explain.Run(parsed, cancellation));
        HelpWithExample.Show(command, "explain 17", "explain 17 --url http://127.0.0.1:8080", "explain 17 --log log");
        return command;
    }

    private void Run(ParseResult parsed, CancellationToken cancellation)
    {
        var number = parsed.GetRequiredValue(id);
        var bytes = parsed.GetValue(log) is { } folder
            ? FromLog(folder, number, cancellation)
            : FromGatewayAsync(parsed.GetValue(url) ?? new Uri(GatewayAddress.Default), number, cancellation).GetAwaiter().GetResult();
        using var document = JsonDocument.Parse(bytes);
        ExplanationReport.Write(Screen.Output(), document.RootElement);
    }

    private static byte[] FromLog(string folder, long number, CancellationToken cancellation)
    {
        var (explanation, names) = LogExplainer.Explain(DecisionLogFolder.Open(folder), number, cancellation);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            ExplanationJson.Write(json, explanation, replica => names.GetValueOrDefault(replica));
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static async Task<byte[]> FromGatewayAsync(Uri gateway, long number, CancellationToken cancellation)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };
        try
        {
            using var answer = await client.GetAsync(new Uri(gateway, FormattableString.Invariant($"/api/explain/{number}")), cancellation);
            var bytes = await answer.Content.ReadAsByteArrayAsync(cancellation);
            return answer.StatusCode == HttpStatusCode.OK ? bytes : throw new IOException(GatewayAddress.Refusal(gateway, answer.StatusCode, bytes));
        }
        catch (Exception error) when (error is HttpRequestException || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new IOException($"No gateway answers at {gateway}: {error.Message}", error);
        }
    }

    private static long Number(System.CommandLine.Parsing.ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number > 0)
        {
            return number;
        }

        result.AddError($"'{text}' is no number of a request: give what the header x-halffull-request-id says, such as 17.");
        return 0;
    }
}
