using HalfFull.Engine.Hosting;
using HalfFull.Engine.Sampling;
using HalfFull.Engine.Schedulers;
using HalfFull.Engine.StepTime;
using HalfFull.Metrics;

namespace HalfFull.Engine.Calibrating;

/// <summary>A step-time model fitted to measured steps, and how well it predicts those that it was not fitted to.</summary>
/// <param name="Model">The model.</param>
/// <param name="Decode">Error on steps that only decode.</param>
/// <param name="Mixed">Error on steps with prefill.</param>
public sealed record StepCalibration(PhasedStepTime Model, FitError Decode, FitError Mixed)
{
    private const int RoundsOfTraffic = 3;

    /// <summary>Runs made-up traffic on an engine, measures its steps and fits the model: every second step fits, the others tell the error.</summary>
    /// <param name="runner">The engine's runner; a clock of processor time gives steadier figures than one on the wall.</param>
    /// <param name="limits">The engine's limits.</param>
    /// <param name="seed">Seed of the traffic.</param>
    /// <param name="cancellation">Gives up.</param>
    public static StepCalibration Measure(LlamaRunner runner, EngineLimits limits, ulong seed, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(limits);
        _ = StepProbe.Measure(runner, limits);
        var measuring = new MeasuringRunner(runner);
        var rng = new Rng(seed).Fork("calibration");
        for (var round = 0; round < RoundsOfTraffic; round++)
        {
            for (var seats = 1; seats <= limits.MaxSequences; seats *= 2)
            {
                Play(measuring, limits with { MaxSequences = seats }, rng, round, cancellation);
            }
        }

        return Fit(measuring.Samples);
    }

    /// <summary>Fits the model to steps.</summary>
    public static StepCalibration Fit(IReadOnlyList<StepSample> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        var decodes = samples.Where(sample => sample.Shape.PrefillChunks == 0).ToArray();
        var mixed = samples.Where(sample => sample.Shape.PrefillChunks > 0).ToArray();
        var d = Coefficients(decodes, static shape => [1, shape.DecodeSequences, shape.DecodeTokens]);
        var m = Coefficients(mixed, static shape =>
            [1, shape.PrefillChunks, shape.PrefillTokens, shape.PrefillProduct + shape.PrefillSquares, shape.DecodeSequences, shape.DecodeTokens]);
        var model = new PhasedStepTime(new(d[0], d[1], d[2]), new(m[0], m[1], m[2], m[3], m[4], m[5]));
        return new StepCalibration(model, Error(model, decodes), Error(model, mixed));
    }

    private static double[] Coefficients(StepSample[] samples, Func<StepShape, double[]> features)
    {
        var fitted = samples.Where((_, index) => index % 2 == 0).ToArray();
        return LeastSquares.Fit([.. fitted.Select(sample => features(sample.Shape))], [.. fitted.Select(sample => sample.Duration.TotalMicroseconds)]) is { Length: > 0 } found
            ? found
            : features(default);
    }

    private static FitError Error(PhasedStepTime model, StepSample[] samples)
    {
        var unseen = samples.Where((_, index) => index % 2 == 1).ToArray();
        if (unseen.Length == 0)
        {
            return default;
        }

        var errors = unseen.Select(sample => Math.Abs((model.Predict(sample.Shape) / sample.Duration) - 1)).Order().ToArray();
        var predicted = unseen.Sum(sample => model.Predict(sample.Shape).TotalMicroseconds);
        var measured = unseen.Sum(sample => sample.Duration.TotalMicroseconds);
        return new FitError(unseen.Length, errors.Average(), errors[(int)(errors.Length * 0.9)], (predicted / measured) - 1);
    }

    /// <summary>Requests of all lengths at once on so many seats: prompts in chunks beside decodes, then decodes alone that grow longer.</summary>
    private static void Play(MeasuringRunner runner, EngineLimits limits, Rng rng, int round, CancellationToken cancellation)
    {
        var longest = (int)Math.Min(limits.MaxModelLength ?? int.MaxValue, limits.KvCapacityTokens / limits.MaxSequences);
        var requests = Enumerable.Range(0, limits.MaxSequences + 2).Select(id =>
        {
            // Each round has longer prompts than the one before.
            var prompt = 1 + rng.NextInt32(Math.Max(1, (longest - 24) * (round + 1) / RoundsOfTraffic));
            var output = Math.Min(8 + rng.NextInt32(16), longest - prompt);
            var tokens = new int[prompt];
            Array.Fill(tokens, 1);
            return new ReplayedRequest(
                new Request(id, TimeSpan.Zero, prompt, Math.Max(1, output)),
                Math.Max(1, output),
                new GenerationInput(tokens, new SamplingOptions { Temperature = 0, IgnoreEnd = true }));
        }).ToArray();
        var rates = new EngineRates(limits, new LinearStepTime(1000, 100, 0, 0));
        var records = new EngineReplay(limits, new Vllm(new Vllm.Options()), rates, runner).Run(requests, cancellation);
        if (records.Any(record => record.Outcome != Outcome.Completed))
        {
            throw new InvalidOperationException("The engine had no room for the traffic of the calibration.");
        }
    }
}
