using System.Globalization;
using HalfFull.Prediction.Ranking;

namespace HalfFull.Prediction;

/// <summary>Which predictor of output lengths to use, as <c>--predict</c> spells it.</summary>
public sealed record PredictorSpec
{
    /// <summary>What would be accepted, for an error.</summary>
    public const string Accepts = "none, oracle, quantile or quantile:Q (0 < Q < 1), noisy:SIGMA (tokens, at least 0) or ranker:FILE";

    private readonly string kind;
    private readonly double number;
    private readonly string? path;

    private PredictorSpec(string kind, double number = 0, string? path = null)
    {
        this.kind = kind;
        this.number = number;
        this.path = path;
    }

    /// <summary>No predictor.</summary>
    public static PredictorSpec None { get; } = new("none");

    /// <summary>The true lengths.</summary>
    public static PredictorSpec Oracle { get; } = new("oracle");

    /// <summary>Whether nobody predicts.</summary>
    public bool IsNone => kind is "none";

    /// <summary>Whether it must be told the truth, so that only a simulator can run it.</summary>
    public bool NeedsTruth => kind is "oracle" or "noisy";

    /// <summary>Reads a spec; a ranker's file is not opened yet.</summary>
    /// <exception cref="FormatException">It is none; the message quotes it and says what would be accepted.</exception>
    public static PredictorSpec Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (kind, argument) = colon < 0 ? (text, null) : (text[..colon], text[(colon + 1)..]);
        return (kind, argument) switch
        {
            ("none", null) => None,
            ("oracle", null) => Oracle,
            ("quantile", null) => new PredictorSpec(kind, 0.5),
            ("quantile", not null) when Number(argument) is > 0 and < 1 and var share => new PredictorSpec(kind, share),
            ("noisy", not null) when Number(argument) is >= 0 and <= 1e6 and var sigma => new PredictorSpec(kind, sigma),
            ("ranker", { Length: > 0 }) => new PredictorSpec(kind, path: argument),
            _ => throw new FormatException($"--predict {text} is not accepted: give {Accepts}."),
        };
    }

    /// <summary>Makes the predictor of one run.</summary>
    /// <exception cref="IOException">The ranker's file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is no ranker that this version can use.</exception>
    public ILengthPredictor Create(Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        return kind switch
        {
            "oracle" => new OraclePredictor(),
            "noisy" => new NoisyPredictor(number, rng.Fork("noisy")),
            "quantile" => new QuantilePredictor(number),
            "ranker" => new RankerPredictor(RankerFile.Read(path!)),
            _ => NoPredictor.Instance,
        };
    }

    /// <summary>Where the lengths come from, in words; null when nobody predicts.</summary>
    public string? Describe() => kind switch
    {
        "oracle" => "output lengths told by an oracle",
        "none" => null,
        _ => $"output lengths predicted by {this}",
    };

    /// <summary>The canonical text.</summary>
    public override string ToString() => kind switch
    {
        "noisy" or "quantile" => string.Create(CultureInfo.InvariantCulture, $"{kind}:{number}"),
        "ranker" => $"ranker:{path}",
        _ => kind,
    };

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
