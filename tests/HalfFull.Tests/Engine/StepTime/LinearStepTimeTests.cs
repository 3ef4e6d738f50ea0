using HalfFull.Engine.StepTime;

namespace HalfFull.Tests.Engine.StepTime;

public sealed class LinearStepTimeTests
{
    [Fact]
    public void Adds_up_base_prefill_tokens_decodes_and_tokens_read_from_the_cache()
    {
        var model = new LinearStepTime(1000, 2, 30, 0.5);
        var shape = StepShape.Decode(3, 600).WithChunk(100, 40);
        Assert.Equal(TimeSpan.FromMicroseconds(1000 + 200 + 90 + 320), model.Predict(shape));
    }

    [Fact]
    public void Takes_at_least_one_tick() =>
        Assert.Equal(TimeSpan.FromTicks(1), new LinearStepTime(0, 0, 0, 0).Predict(StepShape.Decode(1, 1)));

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Refuses_a_coefficient_that_is_not_a_finite_non_negative_number(double micros) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinearStepTime(1, micros, 1, 1));
}
