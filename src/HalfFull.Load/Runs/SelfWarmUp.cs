using System.Net;
using System.Net.Http.Headers;
using System.Text;
using HalfFull.Load.OpenAi;
using HalfFull.Load.Plans;
using HalfFull.Load.Prompts;
using HalfFull.Load.Records;
using HalfFull.Load.Timing;
using HalfFull.Simulation.Workloads;
using HalfFull.Simulation.Workloads.Arrivals;
using HalfFull.Simulation.Workloads.Lengths;
using HalfFull.Simulation.Workloads.Presets;

namespace HalfFull.Load.Runs;

/// <summary>
/// Sends some requests to an answer in memory before the first run of the process, so that code is compiled before it is timed:
/// otherwise the first requests would be late by some ten milliseconds.
/// </summary>
internal static class SelfWarmUp
{
    private const int Requests = 200;
    private const double RequestsPerSecond = 2_000;

    private const string Answer = """
        data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

        data: {"choices":[{"index":0,"delta":{"content":" a"},"text":" a","finish_reason":null}]}

        data: {"choices":[{"index":0,"delta":{"content":" b"},"text":" b","finish_reason":"length"}]}

        data: {"choices":[],"usage":{"prompt_tokens":100,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":0}}}

        data: [DONE]


        """;

    private static readonly Lazy<bool> Once = new(Play);

    /// <summary>Does it unless it was done.</summary>
    public static void Ensure() => _ = Once.Value;

    private static bool Play()
    {
        var plan = new LoadPlan
        {
            Workload = Workload.Of(PresetCatalog.Find("chat")!, new WorkloadOptions
            {
                Limit = Requests,
                RequestsPerSecond = RequestsPerSecond,
                Arrivals = new ConstantGaps(),
                PromptTokens = new ConstantLength(100),
                OutputTokens = new ConstantLength(2),
            }),
        };
        using var client = new OpenAiClient(new Endpoint(new Uri("http://localhost")), new Canned());
        using var recorder = new LoadRecorder(plan.Slo);
        var target = new Target(client, "none", new ServerSupport(IgnoreEos: true, StreamUsage: true), new PromptText(0, TokenCalibration.None));
        var clock = new RunClock();
        using var sender = new Sender(target, plan, clock, recorder, CancellationToken.None);
        using var loop = new OpenLoop(plan, sender, clock);
        loop.Run(CancellationToken.None);
        return true;
    }

    private sealed class Canned : HttpMessageHandler
    {
        private static readonly byte[] Bytes = Encoding.UTF8.GetBytes(Answer.ReplaceLineEndings("\n"));

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await request.Content!.CopyToAsync(Stream.Null, cancellationToken);
            await Task.Yield();
            var content = new ByteArrayContent(Bytes);
            content.Headers.ContentType = new MediaTypeHeaderValue("text/event-stream");
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = content };
        }
    }
}
