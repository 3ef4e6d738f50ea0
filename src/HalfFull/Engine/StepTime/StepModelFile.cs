using System.Text.Json;

namespace HalfFull.Engine.StepTime;

/// <summary>A user's own step model, JSON of schema <c>halffull.step-model/1</c> (docs/step-models.md describes the fields).</summary>
public sealed class StepModelFile
{
    /// <summary>Schema that the file must name.</summary>
    public const string Schema = "halffull.step-model/1";

    private const long MostTokens = 1_000_000_000_000;
    private readonly Func<OverheadProfile, IStepTimeModel> create;

    private StepModelFile(string kind, long kvCapacityTokens, Func<OverheadProfile, IStepTimeModel> create)
    {
        Kind = kind;
        KvCapacityTokens = kvCapacityTokens;
        this.create = create;
    }

    /// <summary><c>linear</c>, <c>phased</c> or <c>calibrated</c>.</summary>
    public string Kind { get; }

    /// <summary>Tokens of KV cache of one replica.</summary>
    public long KvCapacityTokens { get; }

    /// <summary>Whether the times already hold the host's overhead, so that no profile is added: so it is for <c>linear</c> and <c>phased</c>.</summary>
    public bool IncludesOverhead => !string.Equals(Kind, "calibrated", StringComparison.Ordinal);

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is not such a model; the message names file and field.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static StepModelFile Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return File.Exists(path)
            ? Parse(File.ReadAllText(path), path)
            : throw new FileNotFoundException($"There is no step-model file '{path}'; give a JSON file of schema {Schema}.", path);
    }

    /// <summary>Reads the text of a file; <paramref name="file"/> is what errors call it.</summary>
    /// <exception cref="InvalidDataException">It is not such a model; the message names file and field.</exception>
    public static StepModelFile Parse(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            using var document = JsonDocument.Parse(text);
            return Parse(new StrictJsonObject(document.RootElement, file));
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{file}: line {error.LineNumber + 1} is not valid JSON.", error);
        }
    }

    /// <summary>Makes the step-time model; the profile is left out when <see cref="IncludesOverhead"/>.</summary>
    public IStepTimeModel Create(OverheadProfile overhead)
    {
        ArgumentNullException.ThrowIfNull(overhead);
        return create(overhead);
    }

    private static StepModelFile Parse(StrictJsonObject json)
    {
        var schema = json.Text("schema");
        if (!string.Equals(schema, Schema, StringComparison.Ordinal))
        {
            throw json.Wrong("schema", $"is '{schema}'; it must be '{Schema}'");
        }

        var kind = json.Text("kind");
        var capacity = json.Whole("kvCapacityTokens", 1, MostTokens);
        var factory = kind switch
        {
            "linear" => Linear(json),
            "phased" => Phased(json),
            "calibrated" => Calibrated(json),
            _ => throw json.Wrong("kind", $"is '{kind}'; it must be 'linear', 'phased' or 'calibrated'"),
        };
        json.RefuseOthers();
        return new StepModelFile(kind, capacity, factory);
    }

    private static Func<OverheadProfile, IStepTimeModel> Linear(StrictJsonObject json)
    {
        var model = new LinearStepTime(
            json.Number("baseMicros"),
            json.Number("microsPerPrefillToken"),
            json.Number("microsPerDecodeSequence"),
            json.Number("microsPerContextToken"));
        return _ => model;
    }

    private static Func<OverheadProfile, IStepTimeModel> Phased(StrictJsonObject json)
    {
        var decode = json.Object("decode");
        var decodeCosts = new PhasedStepTime.DecodeCosts(
            decode.Number("baseMicros"), decode.Number("microsPerSequence"), decode.Number("microsPerContextToken"));
        decode.RefuseOthers();
        var mixed = json.Object("mixed");
        var mixedCosts = new PhasedStepTime.MixedCosts(
            mixed.Number("baseMicros"),
            mixed.Number("microsPerChunk"),
            mixed.Number("microsPerPrefillToken"),
            mixed.Number("microsPerPrefillProduct"),
            mixed.Number("microsPerDecodeSequence"),
            mixed.Number("microsPerContextToken"));
        mixed.RefuseOthers();
        var model = new PhasedStepTime(decodeCosts, mixedCosts);
        return _ => model;
    }

    private static Func<OverheadProfile, IStepTimeModel> Calibrated(StrictJsonObject json)
    {
        var (reduce, bytesPerToken) = AllReduce(json);
        var curves = new StepCurves(
            (int)json.Whole("layers", 1, 10_000),
            Line(json.Object("linear"), "tokens"),
            reduce,
            bytesPerToken,
            json.Has("lmHead") ? Line(json.Object("lmHead"), "sequences") : null,
            StepCurveJson.Attention(json),
            json.NumberOr("sequenceMultiplier", 1),
            json.NumberOr("prefillMultiplier", 1),
            json.NumberOr("timeScale", 1));
        return overhead => new CalibratedStepTime(curves, overhead);
    }

    private static PiecewiseLine Line(StrictJsonObject json, string knotsName)
    {
        var line = StepCurveJson.Line(json, knotsName);
        json.RefuseOthers();
        return line;
    }

    private static (PiecewiseLine? Line, double BytesPerToken) AllReduce(StrictJsonObject json)
    {
        if (!json.Has("allReduce"))
        {
            return (null, 0);
        }

        var fields = json.Object("allReduce");
        var bytesPerToken = fields.Number("bytesPerToken");
        return (Line(fields, "bytes"), bytesPerToken);
    }
}
