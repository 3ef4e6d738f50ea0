using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of Nested WAIT with segments that end at 2, 4 and 8 tokens.</summary>
public sealed class NestedWaitTests
{
    [Fact]
    public void Segments_double()
    {
        var policy = (NestedWait)Start(threshold: 1).Scheduler;
        Assert.Equal([0, 0, 1, 1, 2, 2, 3, 3], new[] { 0, 1, 2, 3, 4, 7, 8, 500 }.Select(policy.SegmentOf));
    }

    [Fact]
    public void A_segment_with_too_few_pauses_while_those_before_it_run()
    {
        var engine = Start(threshold: 2);
        Submit(engine, 1);
        Submit(engine, 2, output: 2);
        Assert.Equal("1:10 2:10", engine.Step());
        Assert.Equal("1:1 2:1", engine.Step());

        // 1 is alone in the second segment; nobody else is there, and an engine is not left idle.
        Assert.Equal("1:1", engine.Step());
        Submit(engine, 3);
        Submit(engine, 4);
        Assert.Equal("3:10 4:10", engine.Step());
        Assert.Equal("3:1 4:1", engine.Step());

        // Now three are in the second segment.
        Assert.Equal("1:1 3:1 4:1", engine.Step());
    }

    [Fact]
    public void A_segment_pauses_no_longer_than_the_timeout()
    {
        var engine = Start(threshold: 2, timeoutSeconds: 0.05);
        Submit(engine, 1);
        Submit(engine, 2);
        engine.Step();
        engine.Step();
        engine.Step();
        engine.Step();
        Submit(engine, 3, output: 2);
        Submit(engine, 4, output: 2);
        Assert.Equal("1:1 2:1 3:10 4:10", engine.Step());

        // One more alone in the first segment holds everybody up, until the timeout lets it go.
        engine.Step();
        Submit(engine, 5, output: 2);
        Assert.Equal("1:1 2:1 5:10", engine.Step());
    }

    private static void Submit(Given.DrivenEngine engine, int id, int output = 100) => engine.Submit(Given.Request(id: id, prompt: 10), output);

    private static Given.DrivenEngine Start(int threshold, double timeoutSeconds = 5)
    {
        var options = new NestedWait.Options { Threshold = threshold, First = 2, Segments = 4, Timeout = TimeSpan.FromSeconds(timeoutSeconds) };
        return Given.Engine((limits, _) => new NestedWait(options, limits, Given.UnitStep), Given.Limits());
    }
}
