using System.Runtime.InteropServices;

namespace HalfFull.Engine.Calibrating;

/// <summary>How far predictions lie from measured steps that the fit has not seen.</summary>
/// <param name="Steps">Steps.</param>
/// <param name="Mean">Mean of |predicted − measured| ÷ measured.</param>
/// <param name="P90">The same, 90th percentile.</param>
/// <param name="Total">(sum predicted − sum measured) ÷ sum measured.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FitError(int Steps, double Mean, double P90, double Total);
