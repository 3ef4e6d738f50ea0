using HalfFull.Engine;
using HalfFull.Policies;
using HalfFull.Prediction;

namespace HalfFull.Tests.Contracts;

/// <summary>
/// One large request with the least priority, of a tenant and a program that have had much, against a stream of requests that every rule could prefer: short prompts, short outputs, urgent, of new tenants.
/// Policies that starve by design are named, so that the table is wrong both when one of them stops and when another begins.
/// </summary>
public sealed class StarvationContract
{
    private const int Steps = 1500;

    /// <summary>They let the large one wait as long as the stream lasts, each by its rule. The same with an age in the list below does not.</summary>
    private static readonly string[] StarveByDesign = ["mc-sf", "sjf-prompt", "slai", "srpt", "trail", "vllm-priority"];

    public static TheoryData<string> Engines => PolicyNames.EngineNames;

    /// <summary>LARRY's bound is 180 s unless told otherwise, longer than the stream.</summary>
    [Theory]
    [MemberData(nameof(Engines))]
    public void Nobody_waits_for_ever_but_where_the_rule_says_so(string name) =>
        Assert.Equal(StarveByDesign.Contains(name, StringComparer.Ordinal), Starves(string.Equals(name, "larry", StringComparison.Ordinal) ? "larry:a=5" : name));

    [Theory]
    [InlineData("mc-sf:age=1ms")]
    [InlineData("sjf-prompt:age=1ms")]
    [InlineData("slai:age=1ms")]
    [InlineData("srpt:age=1ms")]
    [InlineData("vllm-priority:age=100ms")]
    [InlineData("ltr:starvation=50")]
    [InlineData("larry:order=shortest,a=1", true)]
    [InlineData("ltr:starvation=off", true)]
    [InlineData("larry:order=promised,slack=1,slack-own=1")]
    [InlineData("larry:priority=strict", true)]
    [InlineData("larry:priority=aged,a=1")]
    public void Ageing_ends_starvation_and_its_absence_does_not(string spec, bool starves = false) => Assert.Equal(starves, Starves(spec));

    /// <summary>Whether the large request has not begun when the stream ends.</summary>
    private static bool Starves(string spec)
    {
        var engine = Given.Engine(
            (limits, rates) => PolicyNames.Engines.Create(PolicySpec.Parse(spec), limits, rates, new Rng(1), Given.UnitStep, NoPredictor.Instance),
            Given.Limits(blocks: 200, budget: 64, seats: 2));
        for (var id = 1; id <= 4; id++)
        {
            Rival(id);
        }

        engine.Step();
        var large = engine.Submit(Given.Request(id: 0, prompt: 900, max: 1000, arrival: 0, tenant: "old", predicted: 600) with { Priority = -5, Program = "old" }, output: 600);
        for (var step = 0; step < Steps; step++)
        {
            // Two seats and three steps for each rival: two in three steps keep them all busy for ever.
            if (step % 3 > 0)
            {
                Rival(5 + step);
            }

            engine.Step();
            if (large.FirstScheduled is not null)
            {
                return false;
            }
        }

        return true;

        void Rival(int id) => engine.Submit(
            Given.Request(id: id, prompt: 10, max: 20, arrival: engine.Now.TotalSeconds, tenant: $"t{id % 3}", predicted: 3) with { Priority = 5, Program = $"p{id}" }, output: 3);
    }
}
