namespace HalfFull.Cli.Truth;

/// <summary>Errors of the simulator for one engine scheduler: simulated ÷ real − 1.</summary>
internal sealed record TruthRow(
    string Engine, double Ttft50, double Ttft99, double Tpot50, double Tpot99, double E2E50, double E2E99, double RealE2E50);
