using HalfFull.Engine.Hosting;

namespace HalfFull.Engine.Calibrating;

/// <summary>Passes steps on to another runner and notes what they computed and how long they took.</summary>
internal sealed class MeasuringRunner(IModelRunner runner) : IModelRunner
{
    private readonly List<StepSample> samples = [];

    /// <summary>The steps so far.</summary>
    internal IReadOnlyList<StepSample> Samples => samples;

    /// <inheritdoc/>
    public ReadOnlySpan<Sequence> Stopped => runner.Stopped;

    /// <inheritdoc/>
    public ReadOnlySpan<Sequence> Failed => runner.Failed;

    /// <inheritdoc/>
    public ReadOnlySpan<long> LostPrefixes => runner.LostPrefixes;

    /// <inheritdoc/>
    public void Begin(Sequence sequence, GenerationInput? input) => runner.Begin(sequence, input);

    /// <inheritdoc/>
    public TimeSpan Run(StepPlan plan, TimeSpan start)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var end = runner.Run(plan, start);
        samples.Add(new StepSample(plan.Shape, end - start));
        return end;
    }

    /// <inheritdoc/>
    public GeneratedToken Token(Sequence sequence, int index, bool isLast) => runner.Token(sequence, index, isLast);

    /// <inheritdoc/>
    public void End(Sequence sequence) => runner.End(sequence);
}
