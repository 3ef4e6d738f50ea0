using HalfFull.Load.Documents;
using HalfFull.Load.OpenAi;
using HalfFull.Load.Plans;
using HalfFull.Load.Records;
using HalfFull.Load.Runs;
using HalfFull.Metrics;

namespace HalfFull.Load.Tests.Documents;

public sealed class LoadWarningsTests
{
    private static readonly LoadPlan Plan = Given.Plan(Given.Every(1, requests: 1));

    [Fact]
    public void A_good_run_has_none() => Assert.Empty(LoadWarnings.Of(Plan, Summary(lateMs: 1), Use()));

    [Fact]
    public void A_late_generator_is_said_to_be_late() => Assert.Equal(
        "The generator was late: 1% of the requests went out more than 6.0 ms after they were due; lower the rate or use a faster or quieter machine.",
        Assert.Single(LoadWarnings.Of(Plan, Summary(lateMs: 6), Use())));

    [Fact]
    public void A_starved_stamping_thread_is_named() => Assert.Equal(
        "The generator was slow to stamp responses: 1% of the messages that it sent to itself were stamped more than 7.0 ms late; by so much latencies may be too high.",
        Assert.Single(LoadWarnings.Of(Plan, Summary(), Use(delaySeconds: 0.007))));

    [Fact]
    public void A_generator_without_a_processor_left_is_named() => Assert.Equal(
        "The generator was CPU-bound: it used 90% of 2 processors.",
        Assert.Single(LoadWarnings.Of(Plan, Summary(), Use(cpuSeconds: 18))));

    [Theory]
    [InlineData(1, 1, 0.001, false)]
    [InlineData(6, 1, 0.001, true)]
    [InlineData(1, 18, 0.001, true)]
    [InlineData(1, 1, 0.007, true)]
    public void A_generator_that_measures_itself_is_known_to(double lateMs, double cpuSeconds, double delaySeconds, bool expected) =>
        Assert.Equal(expected, LoadWarnings.IsOfGenerator(Summary(lateMs), Use(cpuSeconds, delaySeconds)));

    [Theory]
    [InlineData(1, "differently.")]
    [InlineData(3, "is not what is sent back with the next turn.")]
    public void Prompts_of_another_length_than_asked_for_are_named_with_turns_too(int turns, string reason)
    {
        var plan = Plan with { Turns = turns };
        Assert.Empty(LoadWarnings.Of(plan, Summary(counted: 109), Use()));
        var warning = Assert.Single(LoadWarnings.Of(plan, Summary(counted: 120), Use()));
        Assert.StartsWith("The server counted 120 prompt tokens where 100 were asked for: its tokenizer splits the words of the prompts differently", warning, StringComparison.Ordinal);
        Assert.EndsWith(reason, warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Failures_and_empty_answers_are_named()
    {
        using var recorder = new LoadRecorder(Slo.None);
        recorder.Add(Given.Record(0, LoadOutcome.Failed, ErrorClass.Cut), []);
        recorder.Add(Given.Record(1, LoadOutcome.Rejected, ErrorClass.Http429) with { MeasuredId = -1 }, []);
        recorder.Add(Given.Record(2, output: 0) with { FirstToken = null }, []);
        Assert.Equal(
            [
                "1 of 2 requests failed; latencies are of the others only.",
                "1 request failed in the warm-up or cool-down.",
                "1 answer had no text and so no time to first token.",
            ],
            LoadWarnings.Of(Plan, recorder.Build(new Rng(1)), Use()));
    }

    [Fact]
    public void A_run_that_was_all_warm_up_is_said_to_measure_nothing()
    {
        using var recorder = new LoadRecorder(Slo.None);
        recorder.Add(Given.Record(0) with { MeasuredId = -1 }, []);
        Assert.Equal(
            "No request was scheduled in the measured window: all 1 are of the warm-up or cool-down.",
            Assert.Single(LoadWarnings.Of(Plan, recorder.Build(new Rng(1)), Use())));
    }

    private static LoadSummary Summary(double lateMs = 1, int counted = 100)
    {
        using var recorder = new LoadRecorder(Slo.None);
        recorder.Add(Given.Record(0) with { Sent = Given.Ms(lateMs), PromptTokens = 100, Usage = new Usage(counted, 5, 0) }, []);
        return recorder.Build(new Rng(1));
    }

    private static GeneratorUse Use(double cpuSeconds = 1, double delaySeconds = 0.001) =>
        new(cpuSeconds, 10, 2, 0, 0, new Distribution(delaySeconds, delaySeconds, delaySeconds, delaySeconds, delaySeconds));
}
