using System.Runtime.InteropServices;
using HalfFull.Engine.StepTime;

namespace HalfFull.Engine.Calibrating;

/// <summary>A step that was measured.</summary>
/// <param name="Shape">What it computed.</param>
/// <param name="Duration">How long it took.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct StepSample(StepShape Shape, TimeSpan Duration);
