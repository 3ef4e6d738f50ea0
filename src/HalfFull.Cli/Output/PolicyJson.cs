using System.Text.Json;
using HalfFull.Simulation;

namespace HalfFull.Cli.Output;

/// <summary>The policies as JSON: an array of kind, name, summary and options.</summary>
internal static class PolicyJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n" };

    /// <summary>Writes the file.</summary>
    public static void Save(string path)
    {
        using var file = new AtomicFile(path);
        using (var json = new Utf8JsonWriter(file.Stream, Options))
        {
            Write(json);
        }

        file.Stream.WriteByte((byte)'\n');
        file.Commit();
    }

    private static void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var (kind, _, policies) in PolicyList.Kinds)
        {
            foreach (var policy in policies)
            {
                json.WriteStartObject();
                json.WriteString("kind", kind);
                json.WriteString("name", policy.Name);
                json.WriteString("summary", policy.Summary);
                json.WriteStartArray("options");
                foreach (var option in policy.Options)
                {
                    json.WriteStartObject();
                    json.WriteString("name", option.Name);
                    json.WriteString("default", option.Default);
                    json.WriteString("summary", option.Summary);
                    json.WriteString("accepts", option.Accepts);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }
        }

        foreach (var bundle in PolicyCatalogs.Engines.Bundles)
        {
            json.WriteStartObject();
            json.WriteString("kind", "engine");
            json.WriteString("name", bundle.Name);
            json.WriteString("summary", bundle.Summary);
            json.WriteStartArray("options");
            json.WriteEndArray();
            json.WriteString("bundle", bundle.Spec.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
