using System.Text.Json.Serialization;

namespace HalfFull.Report.Data;

/// <summary>
/// How page data is spelt, generated when this project is compiled. The default encoder escapes every character that means something in HTML, so that no
/// name of a trace or tenant can end the element that holds the data.
/// </summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReportData))]
internal sealed partial class ReportJson : JsonSerializerContext;
