using HalfFull.Load.Upstream;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

// A server that answers as it is told and does nothing else: what the load generator is checked against.
//   --urls http://127.0.0.1:9001   where it listens; several, joined by semicolons, make as many replicas
//   --first 10ms --gap 5ms         delay before the first token and between tokens; 0 sends them as fast as they can be written
//   --tokens 10                    tokens of every answer, whatever a request asks for: then requests are read but not parsed
//   --stamps FILE                  one line for each stream: arrival of the request, then the time of each token sent, in microseconds, noted where bytes come from and go to the socket; needs a gap
// Requests go on with the thread that read them: a stamp that waited for another thread would count that wait as an error of the client. Nothing here blocks.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
var builder = WebApplication.CreateSlimBuilder(args);
builder.Services.Configure<SocketTransportOptions>(static transport => transport.UnsafePreferInlineScheduling = true);
builder.Logging.ClearProviders();
var script = AnswerScript.Of(builder.Configuration);
if (script.IsStamping)
{
    builder.WebHost.ConfigureKestrel(static kestrel => kestrel.ConfigureEndpointDefaults(static listen => listen.Use(StampedConnection.Around)));
}

var app = builder.Build();
app.MapGet("/v1/models", static () => Results.Text("""{"object":"list","data":[{"id":"test","object":"model"}]}""", "application/json"));
app.MapGet("/metrics", (HttpContext context) => Results.Text(script.Metrics(context), "text/plain"));
app.MapPost("/v1/chat/completions", script.AnswerAsync);
app.MapPost("/v1/completions", script.AnswerAsync);
app.Lifetime.ApplicationStopped.Register(script.Dispose);
app.Run();
