namespace HalfFull.Gateway.Upstream;

/// <summary>A connection ended before one byte of an answer came.</summary>
internal sealed class UnusedConnectionException(Exception? inner = null) : IOException("The connection was closed before an answer came.", inner);
