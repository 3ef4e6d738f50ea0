namespace HalfFull.Metrics;

/// <summary>Agreement of two rankings.</summary>
public static class Kendall
{
    /// <summary>Kendall's tau-a: pairs that both order alike less pairs that they order the other way round, as a share of all pairs; ties count as neither. 1 with fewer than two values.</summary>
    public static double Tau(ReadOnlySpan<double> one, ReadOnlySpan<double> other)
    {
        if (one.Length != other.Length)
        {
            throw new ArgumentException($"The rankings have {one.Length} and {other.Length} values; give equally many.", nameof(other));
        }

        var agreement = 0;
        for (var i = 0; i < one.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                agreement += Math.Sign(one[i] - one[j]) * Math.Sign(other[i] - other[j]);
            }
        }

        return one.Length < 2 ? 1 : agreement / (one.Length * (one.Length - 1) / 2.0);
    }
}
