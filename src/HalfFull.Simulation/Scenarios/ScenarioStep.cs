using System.Runtime.InteropServices;

namespace HalfFull.Simulation.Scenarios;

/// <summary>One change of the fleet at a moment: an event of a scenario, or its end.</summary>
/// <param name="Kind">What changes.</param>
/// <param name="Replica">The replica's number.</param>
/// <param name="Event">The event that it belongs to.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ScenarioStep(ScenarioStepKind Kind, int Replica, ScenarioEvent Event);
