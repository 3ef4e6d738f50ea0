namespace HalfFull.Engine.StepTime;

/// <summary>Reads the curves that the built-in data and a user's file have in common.</summary>
internal static class StepCurveJson
{
    private const int DecodePlaneTerms = 4;
    private const int PrefillPlaneTerms = 5;

    /// <summary>An object with the knots under the given name and times under <c>micros</c>.</summary>
    public static PiecewiseLine Line(StrictJsonObject json, string knotsName)
    {
        var knots = json.Knots(knotsName, least: 0);
        return new PiecewiseLine(knots, json.Rising("micros", knots.Length));
    }

    /// <summary>The fields <c>decode</c> and <c>prefill</c> of an object.</summary>
    /// <param name="json">The object.</param>
    /// <param name="sharedGrid">Supplies knots that the decode grid does not state; null when it must state them.</param>
    public static AttentionCurves Attention(StrictJsonObject json, DecodeGrid? sharedGrid = null)
    {
        var decode = json.Object("decode");
        var isPlanes = decode.Has("planes");
        var curves = new AttentionCurves(
            isPlanes ? null : Grid(decode, sharedGrid),
            isPlanes ? decode.Rows("planes", DecodePlaneTerms) : [],
            Planes(json.Object("prefill"), PrefillPlaneTerms));
        decode.RefuseOthers();
        return curves;
    }

    private static double[][] Planes(StrictJsonObject json, int terms)
    {
        var planes = json.Rows("planes", terms);
        json.RefuseOthers();
        return planes;
    }

    private static DecodeGrid Grid(StrictJsonObject json, DecodeGrid? shared)
    {
        var sequences = shared is null || json.Has("sequences") ? json.Knots("sequences", least: 1) : shared.Sequences;
        var lengths = shared is null || json.Has("lengths") ? json.Knots("lengths", least: 1) : shared.Lengths;
        if (lengths.Length > DecodeTable.MaxLengths)
        {
            throw json.Wrong("lengths", $"has more than {DecodeTable.MaxLengths} numbers");
        }

        var micros = json.Rows("micros", lengths.Length);
        if (micros.Length != sequences.Length)
        {
            throw json.Wrong("micros", $"has {micros.Length} rows; it must have one for each of the {sequences.Length} sequences");
        }

        for (var row = 0; row < micros.Length; row++)
        {
            if (Array.IndexOf(micros[row], 0.0) >= 0)
            {
                throw json.Wrong($"micros[{row}]", "has a 0; times on the decode grid must be above 0");
            }
        }

        return new DecodeGrid(sequences, lengths, micros);
    }
}
