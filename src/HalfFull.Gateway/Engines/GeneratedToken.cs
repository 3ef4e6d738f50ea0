namespace HalfFull.Gateway.Engines;

/// <summary>One output token of a request.</summary>
/// <param name="Text">Its text.</param>
/// <param name="IsLast">Whether it is the request's last one.</param>
public readonly record struct GeneratedToken(string Text, bool IsLast);
