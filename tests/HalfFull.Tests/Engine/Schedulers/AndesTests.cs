using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Hand-worked schedules of Andes: readers take 5 tokens a second, steps take 10 ms, so that a served reader is soon far ahead.</summary>
public sealed class AndesTests
{
    [Fact]
    public void Without_pressure_it_is_first_come_first_served()
    {
        var engine = Start(seats: 256);
        Submit(engine, 1);
        Submit(engine, 2);
        Assert.Equal("1:10 2:10", engine.Step());
        Assert.Equal("1:1 2:1", engine.Step());
        Assert.Equal(0, engine.Replica.Preemptions);
    }

    /// <summary>After 9 s of the 10 s horizon in advance 1 has all that its reader can take by then: waiting costs it nothing, and 2 gains everything.</summary>
    [Fact]
    public void Whoever_is_ahead_of_its_reader_gives_way_to_one_who_has_nothing()
    {
        var engine = Start(seats: 1);
        Submit(engine, 1);
        for (var i = 0; i < 60; i++)
        {
            engine.Step();
        }

        Submit(engine, 2, arrival: 0.6);
        Assert.Equal("2:10", engine.Step());
        Assert.Equal(1, engine.Replica.Preemptions);
    }

    [Fact]
    public void Nobody_is_displaced_more_often_than_allowed()
    {
        var engine = Start(seats: 1, preemptions: 0);
        Submit(engine, 1);
        for (var i = 0; i < 60; i++)
        {
            engine.Step();
        }

        Submit(engine, 2, arrival: 0.6);
        Assert.Equal("1:1", engine.Step());
    }

    [Fact]
    public void A_reader_who_is_behind_is_not_displaced_for_one_who_gains_as_much()
    {
        var engine = Start(seats: 1);
        Submit(engine, 1);
        engine.Step();
        Submit(engine, 2, arrival: 0.01, prompt: 500);
        Assert.Equal("1:1", engine.Step());
    }

    private static void Submit(Given.DrivenEngine engine, int id, double arrival = 0, int prompt = 10) =>
        engine.Submit(Given.Request(id: id, prompt: prompt, max: 900, arrival: arrival), output: 900);

    private static Given.DrivenEngine Start(int seats, int preemptions = 1) =>
        Given.Engine((limits, _) => new Andes(new Andes.Options { Preemptions = preemptions }, limits, Given.UnitStep), Given.Limits(seats: seats));
}
