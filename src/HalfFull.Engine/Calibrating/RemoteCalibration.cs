using HalfFull.Engine.StepTime;

namespace HalfFull.Engine.Calibrating;

/// <summary>
/// A step-time model fitted to what an engine shows from outside: first tokens of prompts of several lengths on the idle engine, and the pace of several streams at once.
/// </summary>
/// <param name="Model">The model. What prompts and decodes cost in the same step cannot be seen from outside; it is taken to be the sum.</param>
/// <param name="Prefill">Error on first tokens, those that were fitted.</param>
/// <param name="Decode">Error on the pace of streams, those that were fitted.</param>
public sealed record RemoteCalibration(PhasedStepTime Model, FitError Prefill, FitError Decode)
{
    private const int Repeats = 3;
    private const int OutputTokens = 48;
    private static readonly int[] Words = [16, 64, 128, 256, 512];
    private static readonly int[] Streams = [1, 2, 4, 8];

    /// <summary>Measures an engine that serves nobody else.</summary>
    /// <param name="client">Sends the requests.</param>
    /// <param name="address">The engine's address, without <c>v1</c>.</param>
    /// <param name="model">Model to name; null for none.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="InvalidDataException">The server refuses, or its stream has no usage.</exception>
    public static async Task<RemoteCalibration> MeasureAsync(HttpClient client, Uri address, string? model, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(address);
        var engine = new RemoteEngine(client, address, model);
        _ = await engine.AskAsync(Words[0], OutputTokens, cancellation);
        List<(double[] Row, double Micros)> prefills = [];
        List<(double[] Row, double Micros)> decodes = [];
        foreach (var words in Words)
        {
            for (var repeat = 0; repeat < Repeats; repeat++)
            {
                var stream = await engine.AskAsync(words, 1, cancellation);
                prefills.Add(([1, stream.PromptTokens, (double)stream.PromptTokens * stream.PromptTokens], stream.FirstMicros));
            }

            foreach (var count in Streams)
            {
                var streams = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => engine.AskAsync(words, OutputTokens, cancellation)));
                var context = streams.Sum(stream => stream.PromptTokens + (stream.OutputTokens / 2.0));
                decodes.Add(([1, count, context], streams.Average(stream => stream.PerTokenMicros)));
            }
        }

        var p = Fit(prefills);
        var d = Fit(decodes);
        var fitted = new PhasedStepTime(new(d[0], d[1], d[2]), new(p[0], 0, p[1], p[2], d[1], d[2]));
        return new RemoteCalibration(fitted, Error(p, prefills), Error(d, decodes));
    }

    private static double[] Fit(List<(double[] Row, double Micros)> measured) =>
        LeastSquares.Fit([.. measured.Select(item => item.Row)], [.. measured.Select(item => item.Micros)]);

    private static FitError Error(double[] fitted, List<(double[] Row, double Micros)> measured)
    {
        var predicted = measured.Select(item => item.Row.Zip(fitted, static (feature, cost) => feature * cost).Sum()).ToArray();
        var errors = measured.Select((item, index) => Math.Abs((predicted[index] / item.Micros) - 1)).Order().ToArray();
        return new FitError(measured.Count, errors.Average(), errors[(int)(errors.Length * 0.9)], (predicted.Sum() / measured.Sum(item => item.Micros)) - 1);
    }
}
