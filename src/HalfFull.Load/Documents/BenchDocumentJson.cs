using System.Text.Json.Serialization;

namespace HalfFull.Load.Documents;

/// <summary>How bench documents are spelt, generated when this project is compiled.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    WriteIndented = true,
    NewLine = "\n")]
[JsonSerializable(typeof(BenchDocument))]
internal sealed partial class BenchDocumentJson : JsonSerializerContext;
