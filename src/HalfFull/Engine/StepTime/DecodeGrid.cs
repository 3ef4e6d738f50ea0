namespace HalfFull.Engine.StepTime;

/// <summary>Measured decode attention: microseconds by number of sequences (rows) and mean length (columns).</summary>
/// <param name="Sequences">Row knots, at least two, strictly increasing, at least 1.</param>
/// <param name="Lengths">Column knots in tokens, at least two, strictly increasing, at least 1.</param>
/// <param name="Micros">One row for each sequence knot, one positive time for each length knot.</param>
internal sealed record DecodeGrid(double[] Sequences, double[] Lengths, double[][] Micros);
