using System.Numerics;
using HalfFull.Prediction;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// LARRY's admission gate: expected KV use plus z standard deviations must stay within capacity at each of twelve horizons, if every running
/// sequence survives as output lengths have lately done. Built once per step in which somebody waits, and not even then while memory would
/// suffice if nobody finished.
/// </summary>
internal sealed class SurvivalGate(double z, TenantOutputs outputs, bool byTenant)
{
    private const int BlockSlack = 8; // tokens: half a block of 16, lost in each sequence's last block on average
    private readonly double[] expected = new double[SurvivalHorizons.Count];
    private readonly double[] variance = new double[SurvivalHorizons.Count];
    private readonly double[] newcomerExpected = new double[SurvivalHorizons.Count];
    private readonly double[] newcomerVariance = new double[SurvivalHorizons.Count];
    private double mostTokens;
    private double mostSquares;

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

    /// <summary>Sums up what the running sequences could need at most; <see cref="CertainlyAdmits"/> needs no more.</summary>
    internal void BuildBound(ReadOnlySpan<Sequence> running)
    {
        mostTokens = 0;
        mostSquares = 0;
        foreach (var sequence in running)
        {
            if (sequence.State == SequenceState.Running)
            {
                AddToBound(sequence.KnownTokens - sequence.SharedTokens);
            }
        }
    }

    /// <summary>
    /// Whether <see cref="Admits"/> would say yes even if every sequence grew to the last horizon and its survival were a coin toss: the mean is at most the sum
    /// of the sizes then, the variance at most a quarter of the sum of their squares. One part in a million covers the rounding.
    /// </summary>
    internal bool CertainlyAdmits(Sequence newcomer, int cachedTokens, long sharedTokens, long capacityTokens)
    {
        double size = newcomer.KnownTokens - cachedTokens + SurvivalHorizons.Last + BlockSlack;
        var most = sharedTokens + mostTokens + size + (Math.Max(0, z) * 0.5 * Math.Sqrt(mostSquares + (size * size)));
        return most * (1 + 1e-6) <= capacityTokens;
    }

    /// <summary>Counts a newcomer for <see cref="CertainlyAdmits"/>.</summary>
    internal void AddToBound(int tokens)
    {
        double size = tokens + SurvivalHorizons.Last + BlockSlack;
        mostTokens += size;
        mostSquares += size * size;
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
        for (var i = 0; i < SurvivalHorizons.Count; i++)
        {
            var mean = sharedTokens + expected[i] + newcomerExpected[i];
            if (mean + (z * Math.Sqrt(variance[i] + newcomerVariance[i])) > capacityTokens)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Counts a sequence among those summed up.</summary>
    internal void AddNewcomer(Sequence sequence, int cachedTokens) => Add(sequence, sequence.KnownTokens - cachedTokens, expected, variance);

    /// <summary>Adds size * p to the means and size² * p * (1 - p) to the variances, with size = tokens + h + 8 and p the chance to live h steps more.</summary>
    private void Add(Sequence sequence, int tokens, double[] means, double[] variances)
    {
        var survival = outputs.Survival(byTenant ? outputs.IndexOf(sequence.Request.Tenant) : 0);
        var alive = survival.AliveAt(sequence.OutputTokens);
        var left = sequence.OutputLimit - sequence.OutputTokens;
        var within = SurvivalHorizons.CountBelow(left);
        double fixedSize = tokens + BlockSlack;
        var i = 0;
        for (; i + Vector<double>.Count <= within; i += Vector<double>.Count)
        {
            var size = new Vector<double>(fixedSize) + new Vector<double>(SurvivalHorizons.Steps, i);
            var chance = new Vector<double>(alive.Slice(i, Vector<double>.Count));
            var grown = size * chance;
            (new Vector<double>(means, i) + grown).CopyTo(means, i);
            (new Vector<double>(variances, i) + (size * grown * (Vector<double>.One - chance))).CopyTo(variances, i);
        }

        for (; i < within; i++)
        {
            var size = fixedSize + SurvivalHorizons.Steps[i];
            var grown = size * alive[i];
            means[i] += grown;
            variances[i] += size * grown * (1 - alive[i]);
        }
    }
}
