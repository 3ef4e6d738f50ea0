using System.Buffers.Text;
using System.Net;
using System.Text;

namespace HalfFull.Gateway.Upstream;

/// <summary>Status line and headers of an answer (RFC 9112); lines may end in LF alone.</summary>
internal sealed class ResponseHead
{
    private bool isChunked;
    private bool isUnknownCoding;
    private long? length;

    private ResponseHead(HttpStatusCode status) => Response = new HttpResponseMessage(status) { Content = Content };

    /// <summary>The answer's content, for which the body is still to be set.</summary>
    public PlainContent Content { get; } = new();

    /// <summary>The answer, without a body.</summary>
    public HttpResponseMessage Response { get; }

    /// <summary>Whether the connection can carry another request afterwards.</summary>
    public bool KeepsOpen { get; private set; }

    /// <summary>Where a head ends: after its empty line; 0 when it has not come whole.</summary>
    /// <param name="bytes">What has come.</param>
    /// <param name="searched">How much of that was searched before.</param>
    public static int FindEnd(ReadOnlySpan<byte> bytes, int searched)
    {
        var at = Math.Max(0, searched - 2);
        while (bytes[at..].IndexOf((byte)'\n') is var found and >= 0)
        {
            at += found + 1;
            if (at < bytes.Length && bytes[at] == '\n')
            {
                return at + 1;
            }

            if (at + 1 < bytes.Length && bytes[at] == '\r' && bytes[at + 1] == '\n')
            {
                return at + 2;
            }
        }

        return 0;
    }

    /// <summary>Reads a head.</summary>
    /// <returns>The head; null for an interim answer (1xx), after which another comes.</returns>
    /// <exception cref="HttpRequestException">It is no head of HTTP/1.</exception>
    public static ResponseHead? Parse(ReadOnlySpan<byte> bytes)
    {
        var line = NextLine(ref bytes);
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[8] != ' ' || !Utf8Parser.TryParse(line[9..12], out int status, out var digits) || digits != 3)
        {
            throw Invalid("does not begin with a status line of HTTP/1");
        }

        if (status is < 200 and not 101)
        {
            return null;
        }

        var head = new ResponseHead((HttpStatusCode)status) { KeepsOpen = line[7] != '0' };
        if (line.Length > 13)
        {
            head.Response.ReasonPhrase = Encoding.Latin1.GetString(line[13..]);
        }

        while (!bytes.IsEmpty && NextLine(ref bytes) is { IsEmpty: false } header)
        {
            head.Add(header);
        }

        return head;
    }

    /// <summary>How the body is framed, which depends on the request's method too.</summary>
    /// <exception cref="HttpRequestException">In a way that is not understood.</exception>
    public BodyFraming FramingFor(HttpMethod method)
    {
        if (method == HttpMethod.Head || Response.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.NotModified)
        {
            return BodyFraming.OfLength(0);
        }

        if (isUnknownCoding || Response.StatusCode == HttpStatusCode.SwitchingProtocols)
        {
            throw Invalid("has a transfer coding that is not understood");
        }

        if (isChunked)
        {
            KeepsOpen &= length is null; // both: somebody on the way is confused
            return BodyFraming.Chunked();
        }

        KeepsOpen &= length is not null;
        return length is { } bytes ? BodyFraming.OfLength(bytes) : BodyFraming.UntilClosed();
    }

    private static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)'\n');
        var line = bytes[..end];
        bytes = bytes[(end + 1)..];
        return line is [.. var text, (byte)'\r'] ? text : line;
    }

    private static HttpRequestException Invalid(string what) => new(HttpRequestError.InvalidResponse, $"The answer {what}.");

    private void Add(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || line[0] is (byte)' ' or (byte)'\t' || line[colon - 1] is (byte)' ' or (byte)'\t')
        {
            throw Invalid("has a header line without a name");
        }

        var name = Encoding.Latin1.GetString(line[..colon]);
        var text = line[(colon + 1)..].Trim(" \t"u8);
        var value = Encoding.UTF8.GetString(text);
        if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
        {
            if (!Utf8Parser.TryParse(text, out long told, out var used) || used != text.Length || told < 0 || (length is { } before && before != told))
            {
                throw Invalid($"has the length '{value}'");
            }

            length = told;
        }
        else if (name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
        {
            isUnknownCoding |= isChunked || !value.Equals("chunked", StringComparison.OrdinalIgnoreCase);
            isChunked = true;
        }
        else if (name.Equals("Connection", StringComparison.OrdinalIgnoreCase))
        {
            KeepsOpen = !value.Contains("close", StringComparison.OrdinalIgnoreCase)
                && (KeepsOpen || value.Contains("keep-alive", StringComparison.OrdinalIgnoreCase));
        }

        if (!Response.Headers.TryAddWithoutValidation(name, value))
        {
            Content.Headers.TryAddWithoutValidation(name, value);
        }
    }
}
