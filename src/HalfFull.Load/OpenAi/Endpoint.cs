namespace HalfFull.Load.OpenAi;

/// <summary>An OpenAI-compatible server: where it is and how it is spoken to.</summary>
/// <param name="BaseUrl">Scheme, host, port and a path, if any; a trailing <c>/v1</c> may be given or left out.</param>
/// <param name="Api">Which API is called.</param>
public sealed record Endpoint(Uri BaseUrl, ApiKind Api = ApiKind.Chat)
{
    /// <summary>Sent as a bearer token; null for none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Further request headers.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Name of the model; null until the probe has asked for it.</summary>
    public string? Model { get; init; }

    /// <summary>Where requests are posted.</summary>
    public Uri RequestUrl => Api == ApiKind.Chat ? At("chat/completions") : At("completions");

    /// <summary>Where the models are listed.</summary>
    public Uri ModelsUrl => At("models");

    /// <summary>Where a HalfFull gateway shows and changes its policies.</summary>
    public Uri PolicyUrl => new UriBuilder(BaseUrl) { Path = $"{Prefix}/api/policy" }.Uri;

    private string Prefix
    {
        get
        {
            var path = BaseUrl.AbsolutePath.TrimEnd('/');
            return path.EndsWith("/v1", StringComparison.Ordinal) ? path[..^3] : path;
        }
    }

    /// <summary>Reads a base address.</summary>
    /// <exception cref="FormatException">It is no absolute http or https address; the message quotes it.</exception>
    public static Uri ParseUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0
            ? url.UserInfo.Length == 0 ? url : throw new FormatException($"The address of {url.Host} holds a user or password, which is not sent; give --api-key or --header instead.")
            : throw new FormatException($"'{text}' is not an address such as http://localhost:8000.");

    /// <summary>The address as the user would write it.</summary>
    public override string ToString() => BaseUrl.GetLeftPart(UriPartial.Query).TrimEnd('/');

    private Uri At(string path) => new UriBuilder(BaseUrl) { Path = $"{Prefix}/v1/{path}" }.Uri;
}
