using HalfFull.Engine.StepTime;

namespace HalfFull.Tests.Engine.StepTime;

public sealed class StepModelCatalogTests
{
    private static readonly int[] Degrees = [1, 2, 4, 8];

    [Theory]
    [InlineData("a40", "Llama-2-7b-hf", 56_692, 139_089, 303_884, 633_474)]
    [InlineData("a40", "Llama-2-70b-hf", 0, 0, 106_343, 633_687)]
    [InlineData("a40", "CodeLlama-34b-Instruct-hf", 0, 96_189, 535_642, 1_414_548)]
    [InlineData("a40", "Meta-Llama-3-8B", 207_057, 536_647, 1_195_827, 2_514_186)]
    [InlineData("a40", "Meta-Llama-3-70B", 0, 0, 96_718, 624_061)]
    [InlineData("a40", "internlm-20b", 2_459, 37_616, 107_928, 248_553)]
    [InlineData("a40", "Qwen-72B", 0, 0, 10_768, 76_686)]
    [InlineData("a40", "phi-2", 114_874, 246_710, 510_382, 1_037_726)]
    [InlineData("a100", "Llama-2-7b-hf", 111_624, 248_953, 523_611, 1_072_927)]
    [InlineData("a100", "Llama-2-70b-hf", 0, 18_453, 457_906, 1_336_812)]
    [InlineData("a100", "CodeLlama-34b-Instruct-hf", 22_946, 389_157, 1_121_579, 2_586_423)]
    [InlineData("a100", "Meta-Llama-3-8B", 426_784, 976_100, 2_074_733, 4_271_999)]
    [InlineData("a100", "Meta-Llama-3-70B", 0, 8_827, 448_280, 1_327_186)]
    [InlineData("a100", "internlm-20b", 25_897, 84_491, 201_678, 436_053)]
    [InlineData("a100", "Qwen-72B", 0, 0, 54_713, 164_576)]
    [InlineData("a100", "phi-2", 202_765, 422_492, 861_945, 1_740_851)]
    [InlineData("h100", "Llama-2-7b-hf", 111_624, 248_953, 523_611, 1_072_927)]
    [InlineData("h100", "Llama-2-70b-hf", 0, 18_453, 457_906, 1_336_812)]
    [InlineData("h100", "CodeLlama-34b-Instruct-hf", 22_946, 389_157, 1_121_579, 2_586_423)]
    [InlineData("h100", "Meta-Llama-3-8B", 426_784, 976_100, 2_074_733, 4_271_999)]
    [InlineData("h100", "Meta-Llama-3-70B", 0, 8_827, 448_280, 1_327_186)]
    [InlineData("h100", "internlm-20b", 25_897, 84_491, 201_678, 436_053)]
    [InlineData("h100", "Qwen-72B", 0, 0, 54_713, 164_576)]
    [InlineData("h100", "phi-2", 202_765, 422_492, 861_945, 1_740_851)]
    public void Kv_capacity_is_that_of_the_calibration_page(string gpuName, string modelName, long tp1, long tp2, long tp4, long tp8)
    {
        var gpu = StepModelCatalog.Gpus.Single(item => item.Name.Equals(gpuName, StringComparison.Ordinal));
        var model = StepModelCatalog.Models.Single(item => item.Name.Equals(ModelName.Canonical(modelName), StringComparison.Ordinal));
        Assert.Equal([tp1, tp2, tp4, tp8], Degrees.Select(tp => model.KvCapacityTokens(gpu, tp)));
        Assert.All(
            StepModelCatalog.Entries.Where(entry => entry.Gpu == gpu && entry.Model == model),
            entry => Assert.Equal(model.KvCapacityTokens(gpu, entry.Tp), entry.KvCapacityTokens));
    }

    [Theory]
    [InlineData("Llama-2-7b-hf", "llama-2-7b")]
    [InlineData("CodeLlama-34b-Instruct-hf", "codellama-34b")]
    [InlineData("meta-llama/Meta-Llama-3-8B-Instruct", "llama-3-8b")]
    [InlineData("microsoft/phi-2", "phi-2")]
    [InlineData("Qwen3-30B-A3B", "qwen3-30b-a3b")]
    [InlineData("llama-3-8b", "llama-3-8b")]
    public void Names_lose_vendor_case_and_affixes(string original, string canonical) =>
        Assert.Equal(canonical, ModelName.Canonical(original));

    [Fact]
    public void A_model_without_its_own_curves_uses_the_prediction_for_the_same_shape_and_says_so()
    {
        var entry = StepModelCatalog.Find("H100", "Meta-Llama-3-8B", 1);
        Assert.Equal(("h100", "llama-3-8b", "llama-3.1-8b"), (entry.Gpu.Name, entry.Model.Name, entry.CurvesOf));
        Assert.Equal(Provenance.Predicted, entry.Provenance);
        var shape = StepShape.Decode(32, 32_000);
        var profile = StepModelCatalog.FindOverhead(StepModelCatalog.DefaultOverhead);
        Assert.Equal(
            StepModelCatalog.Find("h100", "llama-3.1-8b", 1).Create(profile).Predict(shape), entry.Create(profile).Predict(shape));
    }

    [Fact]
    public void A_fitted_entry_is_preferred_to_a_prediction_of_the_same_shape()
    {
        var entry = StepModelCatalog.Find("a100", "llama-3-8b", 1);
        Assert.Equal((Provenance.Fitted, "llama-3-8b"), (entry.Provenance, entry.CurvesOf));
    }

    [Fact]
    public void The_default_model_exists_on_every_gpu() =>
        Assert.All(StepModelCatalog.Gpus, gpu => Assert.True(StepModelCatalog.Find(gpu.Name, "llama-3-8b", 1).KvCapacityTokens > 0));

    [Fact]
    public void Entries_are_ordered_by_gpu_model_and_degree_without_duplicates()
    {
        var gpus = StepModelCatalog.Gpus.ToList();
        var models = StepModelCatalog.Models.ToList();
        var keys = StepModelCatalog.Entries.Select(entry => (gpus.IndexOf(entry.Gpu), models.IndexOf(entry.Model), entry.Tp)).ToArray();
        Assert.Equal(keys.Distinct().Order(), keys);
        Assert.Equal("a40 a100 h100 h200 l40s b200 mi300x", string.Join(' ', gpus.Select(gpu => gpu.Name)));
    }

    [Theory]
    [InlineData("a1000", "llama-3-8b", 1, "Unknown GPU 'a1000'; known: a40, a100, h100, h200, l40s, b200, mi300x.")]
    [InlineData("a100", "llama-2-70b", 1, "llama-2-70b does not fit on a100 with tp 1; tp that fit: 2, 4, 8.")]
    [InlineData("a100", "phi-2", 2, "There is no step model of phi-2 on a100 with tp 2; tp that exist: 1.")]
    [InlineData("a100", "llama-3-8b", 3, "There is no step model of llama-3-8b on a100 with tp 3; tp that exist: 1, 2, 4, 8.")]
    [InlineData("a100", "llama-3-8b", 0, "There is no step model of llama-3-8b on a100 with tp 0; tp that exist: 1, 2, 4, 8.")]
    public void Says_in_one_sentence_what_is_wrong_and_what_exists(string gpu, string model, int tp, string message) =>
        Assert.Equal(message, Assert.Throws<StepModelNotFoundException>(() => StepModelCatalog.Find(gpu, model, tp)).Message);

    [Fact]
    public void An_unknown_model_is_named_beside_all_models()
    {
        var message = Assert.Throws<StepModelNotFoundException>(() => StepModelCatalog.Find("a100", "GPT-9", 1)).Message;
        Assert.StartsWith("Unknown model 'GPT-9'; known: llama-2-7b, ", message, StringComparison.Ordinal);
        Assert.EndsWith("qwen3-30b-a3b.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_known_model_without_curves_on_the_gpu_is_answered_with_the_models_that_have_some()
    {
        var message = Assert.Throws<StepModelNotFoundException>(() => StepModelCatalog.Find("l40s", "qwen-72b", 8)).Message;
        Assert.StartsWith("There is no step model of qwen-72b on l40s; models there: llama-3-8b, ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_overhead_is_named_beside_all_profiles() => Assert.Equal(
        "Unknown overhead profile 'zero'; known: none, a100_ray_2024, a100_noray_2024, async_assumed.",
        Assert.Throws<StepModelNotFoundException>(() => StepModelCatalog.FindOverhead("zero")).Message);

    [Fact]
    public void Every_entry_that_fits_is_found_and_predicts()
    {
        var profile = StepModelCatalog.FindOverhead(StepModelCatalog.DefaultOverhead);
        foreach (var entry in StepModelCatalog.Entries.Where(entry => entry.KvCapacityTokens > 0))
        {
            Assert.Same(entry, StepModelCatalog.Find(entry.Gpu.Name, entry.Model.Name, entry.Tp));
            var step = entry.Create(profile).Predict(StepShape.Decode(32, 32_000));
            Assert.InRange(step, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(200));
        }
    }
}
