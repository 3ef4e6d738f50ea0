using HalfFull.Engine;
using HalfFull.Engine.Schedulers;

namespace HalfFull.Tests.Engine.Schedulers;

/// <summary>Past-Future scheduling: its base without memory pressure, its history with it.</summary>
public sealed class PastFutureTests
{
    [Fact]
    public void With_plenty_of_memory_it_is_lightllm()
    {
        var pastFuture = Start();
        var lightLlm = Given.Engine(static (_, _) => new LightLlm(new LightLlm.Options()));
        var rng = new Rng(1);
        for (var i = 0; i < 300; i++)
        {
            if (i % 7 == 0)
            {
                var request = Given.Request(id: i, prompt: 1 + rng.NextInt32(300), max: 40);
                var output = 1 + rng.NextInt32(40);
                pastFuture.Submit(request, output);
                lightLlm.Submit(request, output);
            }

            Assert.Equal(lightLlm.Step(), pastFuture.Step());
        }
    }

    [Fact]
    public void Short_outputs_in_the_past_let_more_in_at_once()
    {
        var engine = Start(Given.Limits(blocks: 100, blockSize: 1), new PastFuture.Options { Window = 20 });
        engine.Submit(Given.Request(id: 1, prompt: 10, max: 50), output: 2);
        engine.Submit(Given.Request(id: 2, prompt: 10, max: 50), output: 2);
        Assert.Equal("1:10", engine.Step());
        for (var id = 3; id < 23; id++)
        {
            engine.Submit(Given.Request(id: id, prompt: 10, max: 2), output: 2);
        }

        engine.RunToEnd();
        engine.Submit(Given.Request(id: 31, prompt: 10, max: 50), output: 2);
        engine.Submit(Given.Request(id: 32, prompt: 10, max: 50), output: 2);
        Assert.Equal("31:10 32:10", engine.Step());
    }

    private static Given.DrivenEngine Start(EngineLimits? limits = null, PastFuture.Options? options = null) =>
        Given.Engine((_, _) => new PastFuture(options ?? new PastFuture.Options(), new Rng(1)), limits ?? Given.Limits());
}
