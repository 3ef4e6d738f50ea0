namespace HalfFull.Cli.Truth;

/// <summary>What a truth check found at one load.</summary>
/// <param name="Rows">One for each scheduler.</param>
/// <param name="TauTtft">Kendall's tau between the real and the simulated ranking by mean TTFT.</param>
/// <param name="TauE2E">The same by mean E2E.</param>
internal sealed record TruthResult(IReadOnlyList<TruthRow> Rows, double TauTtft, double TauE2E);
