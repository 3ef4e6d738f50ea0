using HalfFull.Engine;
using HalfFull.Engine.Schedulers;
using HalfFull.Prediction;

namespace HalfFull.Tests.Engine.Schedulers;

public sealed class SurvivalGateTests
{
    /// <summary>
    /// Two sequences of 100 tokens, at most 1,000 of output, no history: S(x) = 128 / (128 + x). The worst horizon below the limit is 768, with p = 1/7:
    /// U = 2 * 876 / 7 = 250.29, V = 2 * 876² * 6/49, U + sqrt(V) = 683.79; and U alone is largest there too.
    /// </summary>
    [Theory]
    [InlineData(1, 0, 684, 683)]
    [InlineData(0, 0, 251, 250)]
    [InlineData(1, 100, 784, 783)]
    public void Expected_use_and_its_spread_must_fit_at_every_horizon(double z, long shared, long enough, long tooFew)
    {
        var gate = new SurvivalGate(z, new TenantOutputs(2), byTenant: true);
        gate.Build([Running(100)]);

        Assert.True(gate.Admits(Waiting(100), 0, shared, enough));
        Assert.False(gate.Admits(Waiting(100), 0, shared, tooFew));
    }

    [Fact]
    public void A_cached_prefix_is_not_counted_again()
    {
        var gate = new SurvivalGate(1, new TenantOutputs(2), byTenant: true);
        gate.Build([Running(100)]);

        Assert.True(gate.Admits(Waiting(164), 64, 0, 684));
        Assert.False(gate.Admits(Waiting(164), 0, 0, 684));
    }

    /// <summary>At its limit a sequence is gone: with one token left only the present counts, 2 * (100 + 8).</summary>
    [Fact]
    public void Nobody_lives_beyond_its_limit()
    {
        var gate = new SurvivalGate(1, new TenantOutputs(2), byTenant: true);
        gate.Build([Running(100, limit: 1)]);

        Assert.True(gate.Admits(Waiting(100, limit: 1), 0, 0, 216));
        Assert.False(gate.Admits(Waiting(100, limit: 1), 0, 0, 215));
    }

    [Fact]
    public void A_sequence_preempted_in_this_step_is_not_counted()
    {
        var gate = new SurvivalGate(1, new TenantOutputs(2), byTenant: true);
        gate.Build([Running(100, limit: 1), Waiting(5000)]);
        Assert.True(gate.Admits(Waiting(100, limit: 1), 0, 0, 216));
    }

    /// <summary>
    /// The vectorised sums against one plain loop. Sizes are so large that the least capacity that is admitted tells the threshold to one part in a billion.
    /// </summary>
    [Fact]
    public void Equals_the_definition_computed_plainly()
    {
        for (var seed = 0UL; seed < 100; seed++)
        {
            var rng = new Rng(seed);
            var outputs = History(rng);
            var z = rng.NextInt32(4) - 1;
            var gate = new SurvivalGate(z, outputs, byTenant: true);
            var running = Enumerable.Range(0, rng.NextInt32(20)).Select(_ => Random(rng, SequenceState.Running)).ToArray();
            var added = Enumerable.Range(0, rng.NextInt32(3)).Select(_ => Random(rng, SequenceState.Running)).ToArray();
            var newcomer = Random(rng, SequenceState.Waiting);
            gate.Build(running);
            foreach (var sequence in added)
            {
                gate.AddNewcomer(sequence, sequence.SharedTokens);
            }

            var cached = rng.NextInt32(1000);
            var shared = rng.NextInt32(100_000);
            var parts = running.Concat(added).Select(static sequence => (sequence, sequence.KnownTokens - sequence.SharedTokens))
                .Append((newcomer, newcomer.KnownTokens - cached)).ToArray();
            var expected = SurvivalHorizons.Steps.Max(h => Use(outputs, parts, z, (int)h)) + shared;
            Assert.True(gate.Admits(newcomer, cached, shared, (long)Math.Ceiling(expected * (1 + 1e-9))));
            Assert.False(gate.Admits(newcomer, cached, shared, (long)Math.Floor(expected * (1 - 1e-9)) - 1));
        }
    }

    [Fact]
    public void What_is_certainly_admitted_is_admitted()
    {
        var certain = 0;
        for (var seed = 0UL; seed < 2000; seed++)
        {
            var rng = new Rng(seed);
            var gate = new SurvivalGate((rng.NextDouble() * 6) - 2, History(rng), byTenant: true);
            var running = Enumerable.Range(0, rng.NextInt32(12)).Select(_ => Random(rng, SequenceState.Running, most: 3000)).ToArray();
            var newcomer = Random(rng, SequenceState.Waiting, most: 3000);
            gate.BuildBound(running);
            gate.Build(running);
            if (rng.NextInt32(2) == 0)
            {
                var admitted = Random(rng, SequenceState.Running, most: 3000);
                gate.AddToBound(admitted.KnownTokens - admitted.SharedTokens);
                gate.AddNewcomer(admitted, admitted.SharedTokens);
            }

            var capacity = rng.NextInt32(80_000);
            if (gate.CertainlyAdmits(newcomer, 0, 100, capacity))
            {
                certain++;
                Assert.True(gate.Admits(newcomer, 0, 100, capacity));
            }
        }

        Assert.InRange(certain, 200, 1800);
    }

    /// <summary>U + z sqrt(V) at one horizon, written from the definition.</summary>
    private static double Use(TenantOutputs outputs, (Sequence Sequence, int Tokens)[] parts, double z, int h)
    {
        var (mean, variance) = (0.0, 0.0);
        foreach (var (sequence, tokens) in parts)
        {
            var survival = outputs.Survival(outputs.IndexOf(sequence.Request.Tenant));
            var generated = sequence.OutputTokens;
            var p = h == 0 ? 1
                : generated + h >= sequence.OutputLimit ? 0
                : survival.At((generated + h) / 16) / survival.At(generated / 16);
            var size = (double)tokens + h + 8;
            mean += size * p;
            variance += size * size * p * (1 - p);
        }

        return mean + (z * Math.Sqrt(variance));
    }

    private static TenantOutputs History(Rng rng)
    {
        var outputs = new TenantOutputs(2);
        for (var i = rng.NextInt32(400); i > 0; i--)
        {
            outputs.Finished(outputs.IndexOf(Tenant(rng)), 1 + rng.NextInt32(3000));
        }

        return outputs;
    }

    private static string? Tenant(Rng rng) => rng.NextInt32(3) switch { 0 => null, 1 => "a", _ => "b" };

    private static Sequence Random(Rng rng, SequenceState state, int most = 1_000_000_000)
    {
        var sequence = Make(1 + rng.NextInt32(most), 1 + rng.NextInt32(4000), state, Tenant(rng));
        sequence.OutputTokens = rng.NextInt32(sequence.OutputLimit);
        sequence.KnownTokens += sequence.OutputTokens;
        sequence.SharedTokens = state == SequenceState.Running ? rng.NextInt32(sequence.PromptTokens) : 0;
        return sequence;
    }

    private static Sequence Running(int prompt, int limit = 1000) => Make(prompt, limit, SequenceState.Running);

    private static Sequence Waiting(int prompt, int limit = 1000) => Make(prompt, limit, SequenceState.Waiting);

    private static Sequence Make(int prompt, int limit, SequenceState state, string? tenant = null) =>
        new(Given.Request(prompt: prompt, max: limit, tenant: tenant), limit) { State = state };
}
