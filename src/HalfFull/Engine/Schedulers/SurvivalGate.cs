using HalfFull.Prediction;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// LARRY's admission gate: expected KV use plus z standard deviations must stay within capacity at each of twelve horizons, if every running
/// sequence survives as output lengths have lately done. Built once per step in which somebody waits.
/// </summary>
internal sealed class SurvivalGate(double z, TenantOutputs outputs, bool byTenant)
{
    private const int BlockSlack = 8; // tokens: half a block of 16, lost in each sequence's last block on average
    private static readonly int[] Horizons = [0, 8, 32, 64, 128, 256, 384, 512, 768, 1024, 1536, 2048];
    private readonly double[] expected = new double[Horizons.Length];
    private readonly double[] variance = new double[Horizons.Length];
    private readonly double[] newcomerExpected = new double[Horizons.Length];
    private readonly double[] newcomerVariance = new double[Horizons.Length];

    /// <summary>Sums up the running sequences.</summary>
    internal void Build(ReadOnlySpan<Sequence> running)
    {
        Array.Clear(expected);
        Array.Clear(variance);
        foreach (var sequence in running)
        {
            if (sequence.State == SequenceState.Running)
            {
                Add(sequence, sequence.KnownTokens - sequence.SharedTokens, expected, variance);
            }
        }
    }

    /// <summary>Whether the newcomer fits beside those summed up.</summary>
    /// <param name="newcomer">A waiting sequence.</param>
    /// <param name="cachedTokens">Its prefix-cache hit.</param>
    /// <param name="sharedTokens">Shared prefix tokens in use, with those that the newcomer would bring into use.</param>
    /// <param name="capacityTokens">Tokens that fit.</param>
    internal bool Admits(Sequence newcomer, int cachedTokens, long sharedTokens, long capacityTokens)
    {
        Array.Clear(newcomerExpected);
        Array.Clear(newcomerVariance);
        Add(newcomer, newcomer.KnownTokens - cachedTokens, newcomerExpected, newcomerVariance);
        for (var i = 0; i < Horizons.Length; i++)
        {
            var mean = sharedTokens + expected[i] + newcomerExpected[i];
            if (mean + (z * Math.Sqrt(variance[i] + newcomerVariance[i])) > capacityTokens)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Counts the newcomer that was last asked about among those summed up.</summary>
    internal void AddNewcomer()
    {
        for (var i = 0; i < Horizons.Length; i++)
        {
            expected[i] += newcomerExpected[i];
            variance[i] += newcomerVariance[i];
        }
    }

    private void Add(Sequence sequence, int tokens, double[] means, double[] variances)
    {
        var survival = outputs.Survival(byTenant ? outputs.IndexOf(sequence.Request.Tenant) : 0);
        var generated = sequence.OutputTokens;
        var now = survival.At(generated / OutputSurvival.BinTokens);
        var left = sequence.OutputLimit - generated;
        means[0] += tokens + BlockSlack;
        for (var i = 1; i < Horizons.Length; i++)
        {
            var horizon = Horizons[i];
            if (horizon >= left)
            {
                break;
            }

            var alive = survival.At((generated + horizon) / OutputSurvival.BinTokens) / now;
            double size = tokens + horizon + BlockSlack;
            means[i] += size * alive;
            variances[i] += size * size * alive * (1 - alive);
        }
    }
}
