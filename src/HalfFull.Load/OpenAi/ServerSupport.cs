namespace HalfFull.Load.OpenAi;

/// <summary>Which extensions of the API a server accepts, as the probe found.</summary>
/// <param name="IgnoreEos">Generates up to the limit whatever the model says: <c>ignore_eos</c>.</param>
/// <param name="StreamUsage">Sends token counts at the end of a stream: <c>stream_options.include_usage</c>.</param>
public readonly record struct ServerSupport(bool IgnoreEos, bool StreamUsage);
