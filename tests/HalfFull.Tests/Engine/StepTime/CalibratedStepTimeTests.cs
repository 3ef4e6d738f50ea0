using FsCheck;
using FsCheck.Fluent;
using HalfFull.Engine.StepTime;

namespace HalfFull.Tests.Engine.StepTime;

public sealed class CalibratedStepTimeTests
{
    private static readonly OverheadProfile Overhead = StepModelCatalog.FindOverhead(StepModelCatalog.DefaultOverhead);

    /// <summary>One entry of each kind: a table, a scaled table with a multiplier, a stand-in, tensor parallelism, planes.</summary>
    public static TheoryData<string, string, int> Kinds => new()
    {
        { "a100", "llama-3-8b", 1 },
        { "a100", "phi-2", 1 },
        { "h100", "llama-3-8b", 1 },
        { "h100", "llama-2-70b", 4 },
        { "a100", "internlm-20b", 2 },
        { "a40", "codellama-34b", 2 },
        { "mi300x", "qwen2.5-32b", 8 },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Equals_the_plain_formulas_on_a_dense_grid(string gpu, string model, int tp)
    {
        var entry = StepModelCatalog.Find(gpu, model, tp);
        var fast = entry.Create(Overhead);
        var plain = new PlainStepTime(entry.Curves, Overhead);
        int[] sequences = [0, 1, 2, 3, 7, 8, 16, 31, 32, 33, 100, 255, 256, 257, 512, 700, 1023, 1024, 1025, 3000];
        int[] lengths = [1, 15, 16, 17, 63, 64, 65, 200, 1000, 1024, 4095, 10_000, 16_384, 30_000, 65_536, 100_000];
        int[] chunks = [0, 1, 7, 128, 129, 511, 2047, 8184, 8193, 20_000];
        foreach (var sequence in sequences)
        {
            foreach (var length in lengths)
            {
                foreach (var chunk in chunks)
                {
                    var shape = StepShape.Decode(sequence, (long)sequence * length);
                    shape = chunk == 0 ? shape : shape.WithChunk(chunk, length).WithChunk(3, 0);
                    Assert.Equal(plain.Predict(shape), fast.Predict(shape));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Equals_the_plain_formulas_on_random_shapes(string gpu, string model, int tp)
    {
        var entry = StepModelCatalog.Find(gpu, model, tp);
        var fast = entry.Create(Overhead);
        var plain = new PlainStepTime(entry.Curves, Overhead);
        var shapes =
            from sequences in Gen.Choose(0, 1500)
            from extra in Gen.Choose(0, 50_000_000)
            from chunk in Gen.Choose(0, 10_000)
            from context in Gen.Choose(0, 100_000)
            select StepShape.Decode(sequences, sequences == 0 ? 0 : sequences + extra).WithChunk(chunk, context);
        var config = Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(20_241_017, 1);
        Check.One(config, Prop.ForAll(shapes.ToArbitrary(), shape => plain.Predict(shape) == fast.Predict(shape)));
    }

    [Fact]
    public void A_shape_takes_the_same_ticks_whatever_was_asked_before()
    {
        var entry = StepModelCatalog.Find("a100", "llama-3-8b", 1);
        var used = entry.Create(Overhead);
        var shapes = Enumerable.Range(1, 2000).Select(n => StepShape.Decode(n, n * (37L + n)).WithChunk(n % 700, n)).ToArray();
        var forwards = shapes.Select(shape => used.Predict(shape)).ToArray();
        var backwards = shapes.Reverse().Select(shape => used.Predict(shape)).Reverse().ToArray();
        Assert.Equal(forwards, backwards);
        Assert.Equal(forwards, shapes.Select(shape => entry.Create(Overhead).Predict(shape)).ToArray());
    }

    [Fact]
    public void No_entry_gets_faster_with_more_tokens_or_longer_sequences()
    {
        foreach (var entry in StepModelCatalog.Entries)
        {
            var model = entry.Create(Calibration.NoOverhead);
            var last = (Decode: TimeSpan.Zero, Longer: TimeSpan.Zero, Prefill: TimeSpan.Zero, Context: TimeSpan.Zero);
            for (var size = 1; size < 100_000; size = (size * 9 / 8) + 1)
            {
                var next = (
                    model.Predict(StepShape.Decode(size, size * 512L)),
                    model.Predict(StepShape.Decode(32, 32L * size)),
                    model.Predict(default(StepShape).WithChunk(size, 0)),
                    model.Predict(default(StepShape).WithChunk(512, size)));
                Assert.True(
                    next.Item1 >= last.Decode && next.Item2 >= last.Longer && next.Item3 >= last.Prefill && next.Item4 >= last.Context,
                    $"{entry.Model.Name} on {entry.Gpu.Name} with tp {entry.Tp} at {size}: {last} then {next}");
                last = next;
            }
        }
    }

    [Fact]
    public void Overhead_is_added_once_per_step_and_per_sequence()
    {
        var entry = StepModelCatalog.Find("a100", "llama-3-8b", 1);
        var shape = StepShape.Decode(10, 5000).WithChunk(100, 0);
        var profile = new OverheadProfile("test", 300, 2, "11 sequences make 322 us");
        var added = entry.Create(profile).Predict(shape) - entry.Create(Calibration.NoOverhead).Predict(shape);
        Assert.InRange(added.TotalMicroseconds, 321.9, 322.1);
    }

    [Fact]
    public void Predicting_allocates_nothing()
    {
        var model = StepModelCatalog.Find("a100", "llama-3-8b", 1).Create(Overhead);
        var shapes = new[] { StepShape.Decode(100, 50_000), StepShape.Decode(2000, 90_000).WithChunk(300, 7), default(StepShape).WithChunk(9000, 0) };
        var total = TimeSpan.Zero;
        for (var round = 0; round < 2; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var shape in shapes)
            {
                total += model.Predict(shape);
            }

            Assert.True(round == 0 || GC.GetAllocatedBytesForCurrentThread() == before, $"allocated while predicting {total}");
        }
    }
}
