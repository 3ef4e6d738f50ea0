using System.Runtime.InteropServices;

namespace HalfFull.Gateway.Upstream;

/// <summary>Where connections go.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Origin(string Host, int Port);
