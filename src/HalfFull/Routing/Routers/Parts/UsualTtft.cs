using System.Numerics;
using HalfFull.Policies;

namespace HalfFull.Routing.Routers.Parts;

/// <summary>What times to first token are usual of late for prompts of a size, and how far one is from it in units of the usual distance.</summary>
internal sealed class UsualTtft : IRestorable
{
    /// <summary>Surprise is cut to this.</summary>
    public const double MostSurprise = 3;
    private const double Smoothing = 0.02;
    private readonly double?[] bySize = new double?[32];
    private double? distance;

    /// <summary>Takes in a time and says how much longer than usual it was; negative: shorter.</summary>
    public double Surprise(int promptTokens, double seconds)
    {
        ref var mean = ref bySize[BitOperations.Log2((uint)Math.Max(1, promptTokens))];
        var error = seconds - (mean ?? seconds);
        var surprise = distance is > 0 and { } usual ? Math.Clamp(error / usual, -MostSurprise, MostSurprise) : 0;
        mean = (mean ?? seconds) + (Smoothing * error);
        distance = distance is { } known ? known + (Smoothing * (Math.Abs(error) - known)) : Math.Abs(error);
        return surprise;
    }

    /// <inheritdoc/>
    public void Save(StateWriter state)
    {
        state.Real(distance);
        foreach (var mean in bySize)
        {
            state.Real(mean);
        }
    }

    /// <inheritdoc/>
    public void Restore(ref StateReader state)
    {
        distance = state.OptionalReal();
        for (var i = 0; i < bySize.Length; i++)
        {
            bySize[i] = state.OptionalReal();
        }
    }
}
