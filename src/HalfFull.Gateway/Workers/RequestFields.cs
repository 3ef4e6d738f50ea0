using System.Globalization;
using System.Text.Json;
using HalfFull.Gateway.Http;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Workers;

/// <summary>Typed access to the fields of a request body; a wrong type or value is refused by the name of the field. A null counts as absent.</summary>
internal sealed class RequestFields(JsonElement body)
{
    /// <summary>Whether a field is given.</summary>
    public bool Has(string name, out JsonElement value) => body.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>A number within bounds; null when absent.</summary>
    public double? Number(string name, double least, double most)
    {
        if (!Has(name, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least && number <= most
            ? number
            : throw Refused("invalid_request", string.Create(CultureInfo.InvariantCulture, $"'{name}' must be a number from {least} to {most}."));
    }

    /// <summary>A whole number within bounds; null when absent.</summary>
    public int? Whole(string name, int least, int most)
    {
        if (!Has(name, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : throw Refused("invalid_request", string.Create(CultureInfo.InvariantCulture, $"'{name}' must be a whole number from {least} to {most}."));
    }

    /// <summary>A truth value; false when absent.</summary>
    public bool Flag(string name)
    {
        if (!Has(name, out var value))
        {
            return false;
        }

        return value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw Refused("invalid_request", $"'{name}' must be true or false.");
    }

    /// <summary>Refuses fields that ask for what cannot be done.</summary>
    public void RefuseAll(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Has(name, out var value) && !(value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0))
            {
                throw Refused("unsupported_value", $"'{name}' is not supported here; leave it out.");
            }
        }
    }

    /// <summary>A refusal.</summary>
    public static RequestRefusedException Refused(string code, string message) => new(StatusCodes.Status400BadRequest, code, message);
}
