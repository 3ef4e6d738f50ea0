namespace HalfFull.Metrics;

/// <summary>Which trace a document is about.</summary>
/// <param name="Name">File name or preset.</param>
/// <param name="Sha256">Hash of the file's bytes, or of the preset's jobs, lower-case hexadecimal.</param>
/// <param name="Requests">Requests taken from it.</param>
public sealed record TraceIdentity(string Name, string Sha256, long Requests);
