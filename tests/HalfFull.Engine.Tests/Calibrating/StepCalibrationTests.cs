using HalfFull.Engine.Calibrating;
using HalfFull.Engine.Hosting;
using HalfFull.Engine.StepTime;

namespace HalfFull.Engine.Tests.Calibrating;

public sealed class StepCalibrationTests
{
    [Fact]
    public void The_fit_finds_the_coefficients_of_steps_that_follow_the_model()
    {
        var truth = new PhasedStepTime(new(300, 40, 1.5), new(900, 150, 12, 0.02, 30, 2));
        var rng = new Rng(4);
        var samples = new List<StepSample>();
        for (var i = 0; i < 400; i++)
        {
            var decodes = 1 + rng.NextInt32(16);
            var shape = StepShape.Decode(decodes, decodes * (1 + rng.NextInt32(2000)));
            for (var chunks = rng.NextInt32(3); chunks > 0; chunks--)
            {
                shape = shape.WithChunk(1 + rng.NextInt32(200), rng.NextInt32(1500));
            }

            samples.Add(new StepSample(shape, truth.Predict(shape)));
        }

        var found = StepCalibration.Fit(samples);
        Assert.InRange(found.Decode.P90, 0, 0.001);
        Assert.InRange(found.Mixed.P90, 0, 0.001);
        Assert.Equal(40, found.Model.Decode.MicrosPerSequence, 0.5);
        Assert.Equal(0.02, found.Model.Mixed.MicrosPerPrefillProduct, 0.001);
        Assert.True(found.Decode.Steps > 20 && found.Mixed.Steps > 100, "both kinds of step were tested");
    }

    [Fact]
    public void No_coefficient_is_negative_whatever_was_measured()
    {
        // Longer contexts took less time, by chance.
        StepSample[] samples = [.. Enumerable.Range(1, 40).Select(i => new StepSample(StepShape.Decode(1, i * 10), TimeSpan.FromMicroseconds(1000 - i)))];
        var model = StepCalibration.Fit(samples).Model;
        Assert.Equal(0, model.Decode.MicrosPerContextToken);
        Assert.Equal(980, model.Decode.BaseMicros + model.Decode.MicrosPerSequence, 10.0);
    }

    [NativeFact]
    public void A_real_model_is_measured_on_steps_of_both_kinds()
    {
        using var runner = new LlamaRunner(Given.Tiny, Given.Exact with { Sequences = 4, KvTokens = 4 * 256 }, StepClock.ThreadCpu());
        var calibration = StepCalibration.Measure(runner, runner.Limits(), 1, CancellationToken.None);
        Assert.True(calibration.Decode.Steps > 30 && calibration.Mixed.Steps > 5, $"{calibration.Decode.Steps} and {calibration.Mixed.Steps} steps were tested");
        var one = calibration.Model.Predict(StepShape.Decode(1, 100));
        Assert.True(calibration.Model.Predict(default(StepShape).WithChunk(128, 0)) > one && one > TimeSpan.Zero, "a long prompt takes more than a token");
    }
}
