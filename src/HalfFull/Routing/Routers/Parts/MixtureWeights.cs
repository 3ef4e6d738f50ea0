using HalfFull.Policies;

namespace HalfFull.Routing.Routers.Parts;

/// <summary>
/// Probabilities as a softmax of weights mixed with the uniform, moved along the natural policy gradient: by the advantage of the one that was drawn, over its
/// probability. Weights stay within a range of each other, so that the worst can come back in a bounded time, and fade, so that chance alone does not decide.
/// </summary>
internal sealed class MixtureWeights : IRestorable
{
    private const double WidestRange = 5; // the least likely is e^-5 of the most likely, before exploration
    private const double Fading = 0.002; // of a weight, with each outcome
    private readonly double[] weights;
    private readonly double[] probabilities;
    private readonly double explore;
    private readonly double rate;

    public MixtureWeights(int count, double explore, double rate)
    {
        weights = new double[count];
        probabilities = new double[count];
        this.explore = explore;
        this.rate = rate;
        Renew();
    }

    public double Probability(int member) => probabilities[member];

    /// <summary>The member at a uniform draw.</summary>
    public int Draw(double uniform)
    {
        var member = 0;
        while (member < probabilities.Length - 1 && uniform >= probabilities[member])
        {
            uniform -= probabilities[member++];
        }

        return member;
    }

    /// <summary>Moves the weights after an outcome.</summary>
    /// <param name="member">Who was drawn.</param>
    /// <param name="probability">With what probability.</param>
    /// <param name="cost">How much worse than usual it went; negative is better.</param>
    public void Reinforce(int member, double probability, double cost)
    {
        weights[member] -= rate * cost / probability;
        var most = double.NegativeInfinity;
        foreach (var weight in weights)
        {
            most = Math.Max(most, weight);
        }

        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = Math.Max((weights[i] - most) * (1 - Fading), -WidestRange);
        }

        Renew();
    }

    /// <inheritdoc/>
    public void Save(StateWriter state)
    {
        foreach (var weight in weights)
        {
            state.Real(weight);
        }
    }

    /// <inheritdoc/>
    public void Restore(ref StateReader state)
    {
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = state.Real();
        }

        Renew();
    }

    private void Renew()
    {
        var sum = 0.0;
        foreach (var weight in weights)
        {
            sum += Math.Exp(weight);
        }

        for (var i = 0; i < weights.Length; i++)
        {
            probabilities[i] = ((1 - explore) * Math.Exp(weights[i]) / sum) + (explore / weights.Length);
        }
    }
}
