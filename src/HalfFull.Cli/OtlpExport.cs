using HalfFull.Gateway.Configuration;
using HalfFull.Gateway.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace HalfFull.Cli;

/// <summary>Sends the gateway's traces and metrics to a collector by OTLP, when one is configured.</summary>
internal sealed class OtlpExport : IDisposable
{
    private const int HttpPort = 4318;
    private static readonly string[] Variables = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"];

    private readonly TracerProvider? traces;
    private readonly MeterProvider? metrics;

    private OtlpExport(TelemetryOptions options)
    {
        var name = options.ServiceName ?? Text("OTEL_SERVICE_NAME") ?? "halffull";
        var resource = ResourceBuilder.CreateEmpty().AddService(name, serviceVersion: ProductVersion.Text).AddEnvironmentVariableDetector();
        traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(GatewayTelemetry.Name)
            .AddOtlpExporter(exporter => Configure(exporter, options, "v1/traces")).Build();
        metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(GatewayTelemetry.Name)
            .AddOtlpExporter(exporter => Configure(exporter, options, "v1/metrics")).Build();
    }

    /// <summary>Begins to send; null when no collector is configured.</summary>
    public static OtlpExport? Start(TelemetryOptions options) =>
        options.Endpoint is null && Array.TrueForAll(Variables, variable => Text(variable) is null) ? null : new OtlpExport(options);

    /// <summary>Sends what there is.</summary>
    public void Flush()
    {
        traces?.ForceFlush();
        metrics?.ForceFlush();
    }

    /// <summary>Sends what is left and ends.</summary>
    public void Dispose()
    {
        traces?.Dispose();
        metrics?.Dispose();
    }

    private static void Configure(OtlpExporterOptions exporter, TelemetryOptions options, string path)
    {
        // Without an endpoint of the file the exporter takes all from the environment.
        if (options.Endpoint is { } endpoint)
        {
            var isHttp = options.IsHttp ?? (Text("OTEL_EXPORTER_OTLP_PROTOCOL") is { } protocol ? protocol is "http/protobuf" : endpoint.Port == HttpPort);
            exporter.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
            exporter.Endpoint = isHttp ? new Uri(endpoint, path) : endpoint;
        }
        else if (options.IsHttp is { } asked)
        {
            exporter.Protocol = asked ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        }
    }

    private static string? Text(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? text : null;
}
