using System.Runtime.InteropServices;

namespace HalfFull.Simulation.Gateways;

/// <summary>A try at serving a request.</summary>
/// <param name="Job">The request with its true output length.</param>
/// <param name="Number">0 for the first, 1 for the first retry, and so on.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Attempt(Job Job, int Number);
