using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using HalfFull.Gateway.Http;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.OpenAi;

/// <summary>Errors in the shape that OpenAI's clients read.</summary>
internal static class OpenAiError
{
    /// <summary>Answers with an error, when nothing has been sent yet.</summary>
    public static Task WriteAsync(HttpContext context, RequestRefusedException error)
    {
        if (error.RetryAfterSeconds is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return WriteAsync(context, error.Status, error.Code, error.Message);
    }

    /// <summary>Answers with an error, when nothing has been sent yet.</summary>
    public static async Task WriteAsync(HttpContext context, int status, string code, string message)
    {
        var json = Json(TypeOf(status), code, message);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }

    /// <summary>A server-sent event that tells the client of a stream that it will not be finished.</summary>
    public static ReadOnlyMemory<byte> Event(string code, string message)
    {
        var json = Json("upstream_error", code, message);
        var buffer = new ArrayBufferWriter<byte>(json.Length + 16);
        buffer.Write("data: "u8);
        buffer.Write(json.Span);
        buffer.Write("\n\n"u8);
        return buffer.WrittenMemory;
    }

    private static ReadOnlyMemory<byte> Json(string type, string code, string message)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        // The media type is JSON: nothing in it needs to be safe within a page.
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("message", message);
        json.WriteString("type", type);
        json.WriteNull("param");
        json.WriteString("code", code);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static string TypeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "authentication_error",
        StatusCodes.Status403Forbidden => "permission_error",
        StatusCodes.Status429TooManyRequests => "rate_limit_error",
        >= 400 and < 500 => "invalid_request_error",
        StatusCodes.Status502BadGateway or StatusCodes.Status504GatewayTimeout => "upstream_error",
        StatusCodes.Status503ServiceUnavailable => "overloaded_error",
        _ => "server_error",
    };
}
