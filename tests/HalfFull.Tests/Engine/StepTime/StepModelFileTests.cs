using HalfFull.Engine.StepTime;

namespace HalfFull.Tests.Engine.StepTime;

public sealed class StepModelFileTests
{
    private const string Linear = """
        {
          "schema": "halffull.step-model/1", "kind": "linear", "kvCapacityTokens": 50000,
          "baseMicros": 1000, "microsPerPrefillToken": 2, "microsPerDecodeSequence": 30, "microsPerContextToken": 0.5
        }
        """;

    private const string Calibrated = """
        {
          "schema": "halffull.step-model/1", "kind": "calibrated", "kvCapacityTokens": 426784, "layers": 2,
          "linear": { "tokens": [1, 1024, 2048], "micros": [10, 20, 60] },
          "lmHead": { "sequences": [1, 256], "micros": [5, 6] },
          "allReduce": { "bytesPerToken": 8192, "bytes": [1024, 1048576], "micros": [3, 4] },
          "decode": { "sequences": [1, 256], "lengths": [16, 4096], "micros": [[1, 4], [4, 16]] },
          "prefill": { "planes": [[1, 0.5, 0, 0, 0]] }
        }
        """;

    private static readonly OverheadProfile Overhead = new("test", 100, 0, "100 us");

    [Fact]
    public void A_linear_file_predicts_its_sum_and_adds_no_overhead()
    {
        var file = StepModelFile.Parse(Linear, "my.json");
        Assert.Equal(("linear", 50_000L, true), (file.Kind, file.KvCapacityTokens, file.IncludesOverhead));
        Assert.Equal(TimeSpan.FromMicroseconds(1000 + 30 + 50), file.Create(Overhead).Predict(StepShape.Decode(1, 100)));
    }

    [Fact]
    public void A_phased_file_has_costs_of_its_own_for_steps_that_only_decode()
    {
        var file = StepModelFile.Parse(
            """
            {
              "schema": "halffull.step-model/1", "kind": "phased", "kvCapacityTokens": 8192,
              "decode": { "baseMicros": 100, "microsPerSequence": 10, "microsPerContextToken": 0.5 },
              "mixed": { "baseMicros": 1000, "microsPerChunk": 200, "microsPerPrefillToken": 3, "microsPerPrefillProduct": 0.25,
                "microsPerDecodeSequence": 7, "microsPerContextToken": 2 }
            }
            """,
            "my.json");
        Assert.Equal(("phased", 8192L, true), (file.Kind, file.KvCapacityTokens, file.IncludesOverhead));
        var model = file.Create(Overhead);
        Assert.Equal(TimeSpan.FromMicroseconds(100 + 40 + 100), model.Predict(StepShape.Decode(4, 200)));

        // Two chunks of 8 tokens, one behind 20: 8 * 8 + 8 * 28 pairs.
        var mixed = StepShape.Decode(4, 200).WithChunk(8, 0).WithChunk(8, 20);
        Assert.Equal(TimeSpan.FromMicroseconds(1000 + 400 + 48 + 72 + 28 + 400), model.Predict(mixed));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PhasedStepTime(new(1, -1, 0), new(0, 0, 0, 0, 0, 0)));
    }

    [Fact]
    public void A_calibrated_file_predicts_by_the_formulas_and_adds_the_overhead()
    {
        var file = StepModelFile.Parse(Calibrated, "my.json");
        Assert.Equal(("calibrated", 426_784L, false), (file.Kind, file.KvCapacityTokens, file.IncludesOverhead));

        // 1,024 tokens: linear 20, two all-reduces of 8 MiB on the last slope; 16 decodes of length 256 lie in the middle of the
        // grid in both directions, so their time is the geometric mean 4; 1,008 prefill tokens cost 1 + 504.
        var reduce = 4 + ((8_388_608 - 1_048_576) / 1_047_552.0);
        var head = 5 + (16 / 255.0);
        var expected = (2 * (20 + (2 * reduce) + 4 + 505)) + head + 100;
        var step = file.Create(Overhead).Predict(StepShape.Decode(16, 16 * 256).WithChunk(1008, 0));
        Assert.InRange(step.TotalMicroseconds, expected - 0.1, expected + 0.1);
    }

    [Fact]
    public void Decode_planes_serve_instead_of_a_grid_and_optional_parts_may_be_absent()
    {
        var file = StepModelFile.Parse(
            """
            {
              "schema": "halffull.step-model/1", "kind": "calibrated", "kvCapacityTokens": 1000, "layers": 1,
              "linear": { "tokens": [1, 1024], "micros": [10, 10] },
              "decode": { "planes": [[1, 2, 0.5, 0.25], [0, 0, 0, 0]] }, "prefill": { "planes": [[1, 0, 0, 0, 0]] }
            }
            """,
            "my.json");
        Assert.Equal(TimeSpan.FromMicroseconds(10 + 1 + 8 + 5 + 10 + 100), file.Create(Overhead).Predict(StepShape.Decode(4, 40)));
    }

    [Theory]
    [InlineData("\"baseMicros\": 1000", "\"baseMicros\": -1", "field 'baseMicros' is -1; it must be a finite number of at least 0.")]
    [InlineData("\"baseMicros\": 1000", "\"baseMicros\": \"NaN\"", "field 'baseMicros' is \"NaN\"; it must be a finite number of at least 0.")]
    [InlineData("\"baseMicros\": 1000", "\"baseMicros\": 1e999", "field 'baseMicros' is 1e999; it must be a finite number of at least 0.")]
    [InlineData("\"baseMicros\": 1000", "\"baseMicros\": null", "field 'baseMicros' is null; it must be a finite number of at least 0.")]
    [InlineData("\"baseMicros\": 1000,", "", "field 'baseMicros' is missing.")]
    [InlineData("\"baseMicros\": 1000,", "\"baseMicros\": 1, \"baseMicros\": 2,", "field 'baseMicros' appears twice; give it once.")]
    [InlineData("50000", "0", "field 'kvCapacityTokens' is 0; it must be a whole number from 1 to 1000000000000.")]
    [InlineData("50000", "0.5", "field 'kvCapacityTokens' is 0.5; it must be a whole number from 1 to 1000000000000.")]
    [InlineData("\"linear\"", "\"cubic\"", "field 'kind' is 'cubic'; it must be 'linear', 'phased' or 'calibrated'.")]
    [InlineData("step-model/1", "step-model/2", "field 'schema' is 'halffull.step-model/2'; it must be 'halffull.step-model/1'.")]
    [InlineData("\"kind\": \"linear\",", "\"kind\": \"linear\", \"tp\": 1,", "field 'tp' is unknown; known here: schema, kind, kvCapacityTokens, baseMicros, microsPerPrefillToken, microsPerDecodeSequence, microsPerContextToken.")]
    [InlineData("\"baseMicros\": 1000", "\"baseMicros\": 1000 oops", "line 3 is not valid JSON.")]
    public void A_linear_file_with_a_mistake_is_refused_with_its_name(string original, string mistake, string sentence) =>
        AssertRefused(Linear, original, mistake, sentence);

    [Theory]
    [InlineData("[10, 20, 60]", "[10, 20]", "field 'linear.micros' has 2 numbers; it must have 3.")]
    [InlineData("[10, 20, 60]", "[10, 20, 15]", "field 'linear.micros[2]' is 15; it must not be below the number before it.")]
    [InlineData("[1, 1024, 2048]", "[1, 1024, 1024]", "field 'linear.tokens[2]' is 1024; it must be above the number before it.")]
    [InlineData("[1, 1024, 2048]", "[1]", "field 'linear.tokens' must have at least two numbers.")]
    [InlineData("\"lengths\": [16, 4096]", "\"lengths\": [0, 4096]", "field 'decode.lengths[0]' is 0; it must be at least 1.")]
    [InlineData("[[1, 4], [4, 16]]", "[[1, 4]]", "field 'decode.micros' has 1 rows; it must have one for each of the 2 sequences.")]
    [InlineData("[[1, 4], [4, 16]]", "[[1, 4], [4]]", "field 'decode.micros[1]' has 1 numbers; it must have 2.")]
    [InlineData("[[1, 4], [4, 16]]", "[[1, 4], [0, 16]]", "field 'decode.micros[1]' has a 0; times on the decode grid must be above 0.")]
    [InlineData("[[1, 4], [4, 16]]", "[[1, 4], [-4, 16]]", "field 'decode.micros[1][0]' is -4; it must be a finite number of at least 0.")]
    [InlineData("[[1, 0.5, 0, 0, 0]]", "[[1, 0.5]]", "field 'prefill.planes[0]' has 2 numbers; it must have 5.")]
    [InlineData("[[1, 0.5, 0, 0, 0]]", "[]", "field 'prefill.planes' is a list; it must be a list of rows.")]
    [InlineData("\"bytesPerToken\": 8192,", "", "field 'allReduce.bytesPerToken' is missing.")]
    [InlineData("\"layers\": 2", "\"layers\": 0", "field 'layers' is 0; it must be a whole number from 1 to 10000.")]
    [InlineData("\"bytesPerToken\": 8192,", "\"bytesPerToken\": 8192, \"gpus\": 2,", "field 'allReduce.gpus' is unknown; known here: bytesPerToken, bytes, micros.")]
    public void A_calibrated_file_with_a_mistake_is_refused_with_its_name(string original, string mistake, string sentence) =>
        AssertRefused(Calibrated, original, mistake, sentence);

    [Fact]
    public void A_document_that_is_no_object_is_refused() => Assert.Equal(
        "my.json: the document must be a JSON object, not a list.",
        Assert.Throws<InvalidDataException>(() => StepModelFile.Parse("[1]", "my.json")).Message);

    [Fact]
    public void Reads_from_disk_and_names_the_path_in_errors()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("mine.json");
        File.WriteAllText(path, Linear);
        Assert.Equal(50_000, StepModelFile.Read(path).KvCapacityTokens);
        File.WriteAllText(path, string.Empty);
        Assert.Equal($"{path}: line 1 is not valid JSON.", Assert.Throws<InvalidDataException>(() => StepModelFile.Read(path)).Message);
    }

    private static void AssertRefused(string valid, string original, string mistake, string sentence)
    {
        Assert.Contains(original, valid, StringComparison.Ordinal);
        var text = valid.Replace(original, mistake, StringComparison.Ordinal);
        Assert.Equal($"my.json: {sentence}", Assert.Throws<InvalidDataException>(() => StepModelFile.Parse(text, "my.json")).Message);
    }
}
