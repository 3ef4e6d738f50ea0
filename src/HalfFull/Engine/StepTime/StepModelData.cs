using System.Text.Json;

namespace HalfFull.Engine.StepTime;

/// <summary>The built-in calibration, read once from the embedded <c>step-models.json</c>.</summary>
internal sealed class StepModelData
{
    private const string Resource = "HalfFull.Engine.StepTime.step-models.json";
    private static readonly Lazy<StepModelData> Loaded = new(Load);

    private readonly Dictionary<string, AttentionCurves> attention = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PiecewiseLine> allReduce = new(StringComparer.Ordinal);
    private readonly double[] fittedKnots;
    private readonly double[] predictedKnots;
    private readonly double[] lmHeadKnots;

    private StepModelData(StrictJsonObject json)
    {
        var knots = json.Object("knots");
        fittedKnots = knots.Knots("fitted", least: 1);
        predictedKnots = knots.Knots("predicted", least: 1);
        lmHeadKnots = knots.Knots("lmHead", least: 1);
        var sharedGrid = new DecodeGrid(knots.Knots("decodeSequences", 1), knots.Knots("decodeLengths", 1), []);

        Overheads = json.Objects("overheads").Select(item => new OverheadProfile(
            item.Text("name"), item.Number("baseMicros"), item.Number("microsPerSequence"), item.Text("note"))).ToArray();
        Gpus = json.Objects("gpus").Select(item => new Gpu(
            item.Text("name"), item.Text("title"), item.Whole("memoryBytes", 1, long.MaxValue))).ToArray();
        Models = json.Objects("models").Select(Model).ToArray();

        var curves = json.Object("attention");
        foreach (var key in curves.Names)
        {
            attention.Add(key, StepCurveJson.Attention(curves.Object(key), sharedGrid));
        }

        var reductions = json.Object("allReduce");
        foreach (var key in reductions.Names)
        {
            var item = reductions.Object(key);
            var bytes = Array.ConvertAll(item.Knots("bytesLog2", least: 0), exponent => Math.ScaleB(1, (int)exponent));
            allReduce.Add(key, new PiecewiseLine(bytes, item.Rising("micros", bytes.Length)));
        }

        Entries = json.Objects("entries").Select(Entry).ToArray();
    }

    public static StepModelData Default => Loaded.Value;

    public IReadOnlyList<OverheadProfile> Overheads { get; }

    public IReadOnlyList<Gpu> Gpus { get; }

    public IReadOnlyList<ModelShape> Models { get; }

    /// <summary>Entries of the file, in the order of GPUs, models and degrees.</summary>
    public IReadOnlyList<StepModelEntry> Entries { get; }

    /// <summary>Attention curves by GPU, source and heads per GPU, for example <c>a100/vllm0.14/32x8x128</c>.</summary>
    public IReadOnlyDictionary<string, AttentionCurves> Attention => attention;

    /// <summary>All-reduce times by network and number of GPUs, for example <c>a100_dgx/2</c>.</summary>
    public IReadOnlyDictionary<string, PiecewiseLine> AllReduce => allReduce;

    private static StepModelData Load()
    {
        using var stream = typeof(StepModelData).Assembly.GetManifestResourceStream(Resource)!;
        using var document = JsonDocument.Parse(stream);
        return new StepModelData(new StrictJsonObject(document.RootElement, Resource));
    }

    private static ModelShape Model(StrictJsonObject json)
    {
        int Field(string name) => (int)json.Whole(name, 1, int.MaxValue);
        return new ModelShape(
            json.Text("name"), Field("layers"), Field("hidden"), Field("mlpHidden"), Field("queryHeads"), Field("kvHeads"),
            Field("headDim"), Field("vocabulary"), json.Whole("parameters", 1, long.MaxValue));
    }

    private StepModelEntry Entry(StrictJsonObject json)
    {
        var gpu = Gpus.First(item => string.Equals(item.Name, json.Text("gpu"), StringComparison.Ordinal));
        var model = Models.First(item => string.Equals(item.Name, json.Text("model"), StringComparison.Ordinal));
        var provenance = Enum.Parse<Provenance>(json.Text("provenance"), ignoreCase: true);

        // A profile may stop early: it then uses the first part of the shared knots.
        var linearMicros = json.Numbers("linearMicros");
        var linearKnots = provenance == Provenance.Fitted ? fittedKnots : predictedKnots;
        var curves = new StepCurves(
            model.Layers,
            new PiecewiseLine(linearKnots[..linearMicros.Length], linearMicros),
            json.Has("allReduce") ? allReduce[json.Text("allReduce")] : null,
            AllReduceBytesPerToken: model.Hidden * 2.0,
            new PiecewiseLine(lmHeadKnots, json.Rising("lmHeadMicros", lmHeadKnots.Length)),
            attention[json.Text("attention")],
            json.Number("sequenceMultiplier"),
            json.Number("prefillMultiplier"),
            json.Number("timeScale"));
        return new StepModelEntry(gpu, model, (int)json.Whole("tp", 1, 1024), provenance, model.Name, curves);
    }
}
