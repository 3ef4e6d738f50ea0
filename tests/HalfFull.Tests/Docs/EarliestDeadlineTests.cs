namespace HalfFull.Tests.Docs;

public sealed class EarliestDeadlineTests
{
    [Fact]
    public void Serves_the_earliest_deadline_first()
    {
        var engine = Given.Engine(static (_, _) => new EarliestDeadline(), Given.Limits(seats: 1));
        engine.Submit(Given.Request(id: 1, prompt: 10), output: 1);
        engine.Submit(Given.Request(id: 2, prompt: 10) with { Deadline = TimeSpan.FromSeconds(9) }, output: 1);
        engine.Submit(Given.Request(id: 3, prompt: 10) with { Deadline = TimeSpan.FromSeconds(5) }, output: 1);

        engine.RunToEnd();

        Assert.Equal([3L, 2L, 1L], engine.FirstTokens);
    }
}
