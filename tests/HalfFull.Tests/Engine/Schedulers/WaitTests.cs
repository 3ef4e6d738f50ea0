using HalfFull.Engine.Schedulers;
using HalfFull.Engine.StepTime;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of WAIT; a class is a power of two of the predicted length.</summary>
public sealed class WaitTests
{
    [Fact]
    public void Requests_of_a_class_wait_until_there_are_enough_and_go_together()
    {
        var engine = Start(threshold: 3);
        Submit(engine, 1, predicted: 8);
        Submit(engine, 2, predicted: 15);
        Submit(engine, 3, predicted: 16);
        Assert.Equal(string.Empty, engine.Step());
        Assert.Equal(TimeSpan.FromMilliseconds(200), engine.Replica.WakeAt);

        Submit(engine, 4, predicted: 9);
        Assert.Equal("1:10 2:10 4:10", engine.Step());
    }

    [Fact]
    public void Nobody_waits_longer_than_the_timeout()
    {
        var engine = Start(threshold: 3);
        Submit(engine, 1, predicted: 8);
        Assert.Equal(string.Empty, engine.Step());
        engine.Wait(0.2);
        Assert.Equal("1:10", engine.Step());
    }

    [Fact]
    public void Whoever_was_left_out_for_want_of_seats_does_not_wait_for_others_again()
    {
        var engine = Start(threshold: 2, seats: 1);
        Submit(engine, 1, predicted: 8, output: 1);
        Submit(engine, 2, predicted: 8, output: 1);
        Assert.Equal("1:10", engine.Step());
        Assert.Equal("2:10", engine.Step());
    }

    /// <summary>100 arrivals a second and steps of 50 ms in equilibrium make a threshold of 5.</summary>
    [Fact]
    public void The_threshold_follows_the_arrival_rate_and_the_step_time()
    {
        var engine = Given.Engine(static (limits, _) => new Wait(new Wait.Options { Timeout = TimeSpan.FromSeconds(9) }, limits, new LinearStepTime(50_000, 0, 0, 0)), Given.Limits());
        for (var id = 0; id < 64; id++)
        {
            engine.Submit(Given.Request(id: id, prompt: 10, predicted: 1, arrival: 0.01 * id), output: 1);
        }

        engine.RunToEnd();
        var after = new List<string>();
        for (var id = 64; id < 69; id++)
        {
            engine.Submit(Given.Request(id: id, prompt: 10, predicted: 1, arrival: 0.01 * id), output: 1);
            after.Add(engine.Step());
        }

        Assert.Equal(["", "", "", "", "64:10 65:10 66:10 67:10 68:10"], after);
    }

    private static void Submit(Given.DrivenEngine engine, int id, int predicted, int output = 5) =>
        engine.Submit(Given.Request(id: id, prompt: 10, predicted: predicted), output);

    private static Given.DrivenEngine Start(int threshold, int seats = 256) =>
        Given.Engine((limits, _) => new Wait(new Wait.Options { Threshold = threshold }, limits, Given.UnitStep), Given.Limits(seats: seats));
}
