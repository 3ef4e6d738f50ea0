using HalfFull.Engine;
using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of S3 with buckets of 16 tokens.</summary>
public sealed class S3Tests
{
    private static readonly S3.Options Buckets = new() { Buckets = 10, Range = 160 };

    [Theory]
    [InlineData(1, 0, 16)]
    [InlineData(16, 0, 16)]
    [InlineData(17, 0, 32)]
    [InlineData(400, 0, 400)]
    [InlineData(16, 15, 16)]
    [InlineData(16, 16, 32)]
    [InlineData(20, 130, 256)]
    [InlineData(20, 600, 1000)]
    public void The_reservation_is_the_end_of_the_bucket_doubled_until_it_holds_the_output(int predicted, int generated, int expected) =>
        Assert.Equal(expected, S3.Reserved(Buckets, Given.Request(predicted: predicted, max: 1000), generated));

    [Fact]
    public void The_largest_that_fits_goes_first_and_smaller_ones_fill_the_gaps()
    {
        var engine = Start(Given.Limits(blocks: 10));
        Submit(engine, 1, prompt: 16, predicted: 16);
        Submit(engine, 2, prompt: 64, predicted: 32);
        Submit(engine, 3, prompt: 64, predicted: 48);

        // 3 takes 7 blocks with its bucket, 2 would need 6, 1 needs 2.
        Assert.Equal("3:64 1:16", engine.Step());
    }

    [Fact]
    public void Whoever_outgrows_its_reservation_comes_back_with_twice_as_much()
    {
        var engine = Start(Given.Limits(blocks: 10));
        var sequence = Submit(engine, 1, prompt: 16, predicted: 10, output: 30);
        for (var i = 0; i < 17; i++)
        {
            Assert.Equal(2, Held(engine, sequence));
        }

        engine.Step();
        Assert.Equal(1, sequence.Preemptions);
        Assert.Equal(3, Held(engine, sequence));
        engine.RunToEnd();
        Assert.Equal((30, 1), (engine.Records[0].OutputTokens, engine.Records[0].Preemptions));

        static int Held(Given.DrivenEngine engine, Sequence sequence)
        {
            engine.Step();
            return sequence.HeldBlocks;
        }
    }

    private static Sequence Submit(Given.DrivenEngine engine, int id, int prompt, int predicted, int output = 5) =>
        engine.Submit(Given.Request(id: id, prompt: prompt, max: 100, predicted: predicted), output);

    private static Given.DrivenEngine Start(EngineLimits limits) => Given.Engine(static (_, _) => new S3(Buckets), limits);
}
