namespace HalfFull.Gateway.Configuration;

/// <summary>Where traces and metrics go by OTLP.</summary>
/// <param name="Endpoint">The collector; null to take <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, and without that to send nothing.</param>
/// <param name="IsHttp">Whether it speaks HTTP with protobuf, and not gRPC; null to take <c>OTEL_EXPORTER_OTLP_PROTOCOL</c>.</param>
/// <param name="ServiceName">Name under which they are filed; null for <c>halffull</c>.</param>
public sealed record TelemetryOptions(Uri? Endpoint = null, bool? IsHttp = null, string? ServiceName = null);
