using System.CommandLine;
using HalfFull.Load.OpenAi;

namespace HalfFull.Cli.Options;

/// <summary>Options that say which server is measured and how it is spoken to.</summary>
internal sealed class EndpointOptions
{
    private static readonly string[] KeyVariables = ["HALFFULL_API_KEY", "OPENAI_API_KEY"];

    private readonly Option<Uri?> url = TextOption.Of(
        "--url", "http://HOST:PORT", Endpoint.ParseUrl, "OpenAI-compatible server to measure [default: http://localhost:8000]");

    private readonly Option<string?> api = TextOption.Of("--api", "chat|completions", ReadApi, "API to call [default: chat]");

    private readonly Option<string?> model = TextOption.Any("--model", "NAME", "Model to ask for [default: the first that the server lists]");

    private readonly Option<string?> apiKey = TextOption.Of(
        "--api-key", "KEY", static key => Header.Key("--api-key", key), $"Sent as a bearer token [default: environment variable {string.Join(" or ", KeyVariables)}]");

    private readonly Option<Header[]> headers = TextOption.Repeated("--header", "NAME=VALUE", Header.Parse, [], "Further request header; may be repeated");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (ReadOnlySpan<Option>)[url, api, model, apiKey, headers])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Whether an address was given.</summary>
    public bool HasUrl(ParseResult parsed) => parsed.GetValue(url) is not null;

    /// <summary>The server at the address of <c>--url</c>, or at another one, spoken to in the same way.</summary>
    public Endpoint Of(ParseResult parsed, Uri? other = null) =>
        new(other ?? parsed.GetValue(url) ?? new Uri("http://localhost:8000"), parsed.GetValue(api) is "completions" ? ApiKind.Completions : ApiKind.Chat)
        {
            Model = parsed.GetValue(model),
            ApiKey = parsed.GetValue(apiKey) ?? KeyVariables.Select(KeyOf).FirstOrDefault(static key => key is not null),
            Headers = [.. (parsed.GetValue(headers) ?? []).Select(header => KeyValuePair.Create(header.Name, header.Value))],
        };

    /// <summary>The key in an environment variable; null when it is empty.</summary>
    /// <exception cref="FormatException">It cannot be sent.</exception>
    public static string? KeyOf(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } key ? Header.Key($"The environment variable {variable}", key) : null;

    /// <summary>The command line without its secrets, for documents that repeat it.</summary>
    public static IEnumerable<string> WithoutSecrets(IEnumerable<string> args)
    {
        var hide = false;
        foreach (var arg in args)
        {
            var equals = arg.IndexOf('=', StringComparison.Ordinal);
            yield return hide ? "HIDDEN" : IsSecret(arg, equals) ? arg[..(equals + 1)] + "HIDDEN" : arg;
            hide = arg is "--api-key" or "--admin-key" or "--header";
        }
    }

    private static string ReadApi(string text) =>
        text is "chat" or "completions" ? text : throw new FormatException($"--api {text} is not accepted: give chat or completions.");

    private static bool IsSecret(string arg, int equals) => equals > 0 && arg[..equals] is "--api-key" or "--admin-key" or "--header";
}
