using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HalfFull.Routing;

/// <summary>
/// Keeps the candidate with the least score while candidates are offered. Equal scores go to the lower second score, and equal ones there to the least hash of
/// (seed, request, replica), so that no index is favoured and a permutation of the candidates permutes the answer.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public struct LeastScore(ulong seed, long requestId)
{
    private double bestSecond;
    private ulong bestTie;

    /// <summary>Index of the best candidate so far; -1 before the first.</summary>
    public int Index { get; private set; } = -1;

    /// <summary>Its score.</summary>
    public double Score { get; private set; } = double.PositiveInfinity;

    /// <summary>Offers a candidate.</summary>
    /// <param name="index">Its index among the candidates.</param>
    /// <param name="replica">Its index in the fleet.</param>
    /// <param name="score">Lower is better; NaN counts as worst.</param>
    /// <param name="second">Decides between equal scores, lower is better; not NaN.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Offer(int index, int replica, double score, double second = 0)
    {
        // Most lose at once: that much is worth having in the caller's loop.
        if (Index < 0 || !(score > Score))
        {
            Weigh(index, replica, score, second);
        }
    }

    private void Weigh(int index, int replica, double score, double second)
    {
        score = double.IsNaN(score) ? double.PositiveInfinity : score;
        if (Index >= 0 && (score > Score || (score == Score && second > bestSecond)))
        {
            return;
        }

        var tie = Rng.TieBreak(seed, requestId, replica);
        if (Index < 0 || score < Score || second < bestSecond || tie < bestTie)
        {
            Index = index;
            Score = score;
            bestSecond = second;
            bestTie = tie;
        }
    }
}
