namespace HalfFull.Metrics;

/// <summary>One number that a policy has learned in a run.</summary>
/// <param name="Name">What it is of.</param>
/// <param name="Value">The number.</param>
public sealed record LearnedFigure(string Name, double Value);
