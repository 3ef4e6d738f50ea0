namespace HalfFull.Engine.StepTime;

/// <summary>A GPU that step models exist for.</summary>
/// <param name="Name">Name as given to <c>--gpu</c>.</param>
/// <param name="Title">The vendor's name, with the memory size.</param>
/// <param name="MemoryBytes">Device memory.</param>
public sealed record Gpu(string Name, string Title, long MemoryBytes);
