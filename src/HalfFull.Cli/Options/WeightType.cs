using HalfFull.Engine.Gguf;

namespace HalfFull.Cli.Options;

/// <summary>A number format of weights.</summary>
/// <param name="Type">The format.</param>
internal sealed record WeightType(GgufTensorType Type)
{
    private static readonly (string Name, GgufTensorType Type)[] Known =
        [("f32", GgufTensorType.F32), ("f16", GgufTensorType.F16), ("q8_0", GgufTensorType.Q8), ("q4_0", GgufTensorType.Q4)];

    /// <summary>Its name.</summary>
    public string Name => Known.First(known => known.Type == Type).Name;

    /// <summary>Reads the option.</summary>
    /// <exception cref="FormatException">There is no such format.</exception>
    public static WeightType Parse(string text)
    {
        var found = Known.FirstOrDefault(known => string.Equals(known.Name, text, StringComparison.OrdinalIgnoreCase));
        return found.Name is not null ? new WeightType(found.Type) : throw new FormatException($"--type {text} is not accepted: give {string.Join(", ", Known.Select(known => known.Name))}.");
    }
}
