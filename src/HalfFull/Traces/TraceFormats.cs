using HalfFull.Traces.Formats;

namespace HalfFull.Traces;

/// <summary>The formats that are recognised from a file's first line.</summary>
public static class TraceFormats
{
    /// <summary>All of them, in the order in which they are tried.</summary>
    public static IReadOnlyList<ITraceFormat> All { get; } = [new AzureFormat(), new ServeGenFormat(), new MooncakeFormat(), new HalfFullFormat()];

    /// <summary>The format of a file that starts with this line; null when none fits.</summary>
    public static ITraceFormat? Recognise(ReadOnlySpan<byte> firstLine)
    {
        foreach (var format in All)
        {
            if (format.Recognises(firstLine))
            {
                return format;
            }
        }

        return null;
    }
}
