using System.Text.Json;

namespace HalfFull.Report.Perfetto;

/// <summary>Chrome's trace events as a stream of JSON: times in microseconds, exact to the tick.</summary>
internal sealed class TraceEvents : IDisposable
{
    private const int FlushedBytes = 1 << 16;

    // Viewers take process and thread 0 for the idle one of an operating system, and some take a thread's number for unique.
    private const int TracksOfProcess = 100_000;

    private readonly Stream stream;
    private readonly Utf8JsonWriter json;

    public TraceEvents(Stream stream, IReadOnlyList<(string Name, string Text)> description)
    {
        this.stream = stream;
        json = new Utf8JsonWriter(stream, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ms");
        json.WriteStartObject("otherData");
        foreach (var (name, text) in description)
        {
            json.WriteString(name, text);
        }

        json.WriteEndObject();
        json.WriteStartArray("traceEvents");
    }

    public void NameProcess(int process, string name) => Name("process_name", process, track: null, name, "process_sort_index", process);

    public void NameTrack(int process, int track, string name) => Name("thread_name", process, track, name, "thread_sort_index", track);

    public void Slice(int process, int track, string name, TimeSpan start, TimeSpan duration, params ReadOnlySpan<(string Name, long Value)> args) =>
        Slice(process, track, name, start, duration, tenant: null, args);

    public void Slice(int process, int track, string name, TimeSpan start, TimeSpan duration, string? tenant, params ReadOnlySpan<(string Name, long Value)> args)
    {
        Begin("X", process, name, start);
        json.WriteNumber("tid", Thread(process, track));
        json.WriteNumber("dur", Micros(duration));
        json.WriteStartObject("args");
        if (tenant is not null)
        {
            json.WriteString("tenant", tenant);
        }

        End(args);
    }

    public void Counter(int process, string name, TimeSpan time, params ReadOnlySpan<(string Name, long Value)> values)
    {
        Begin("C", process, name, time);
        json.WriteStartObject("args");
        End(values);
    }

    public void Instant(string name, TimeSpan time)
    {
        Begin("i", process: 0, name, time);
        json.WriteNumber("tid", Thread(0, 0));
        json.WriteString("s", "g");
        json.WriteStartObject("args");
        End([]);
    }

    public void Complete()
    {
        json.WriteEndArray();
        json.WriteEndObject();
        json.Dispose();
        stream.WriteByte((byte)'\n');
    }

    public void Dispose() => json.Dispose();

    private static int Thread(int process, int track) => ((process + 1) * TracksOfProcess) + track;

    private static decimal Micros(TimeSpan time) => (decimal)time.Ticks / TimeSpan.TicksPerMicrosecond;

    private void Begin(string kind, int process, string name, TimeSpan time)
    {
        json.WriteStartObject();
        json.WriteString("ph", kind);
        json.WriteNumber("pid", process + 1);
        json.WriteString("name", name);
        json.WriteNumber("ts", Micros(time));
    }

    private void End(ReadOnlySpan<(string Name, long Value)> args)
    {
        foreach (var (name, value) in args)
        {
            json.WriteNumber(name, value);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        if (json.BytesPending > FlushedBytes)
        {
            json.Flush();
        }
    }

    private void Name(string kind, int process, int? track, string name, string sortKind, int sortIndex)
    {
        foreach (var isName in (ReadOnlySpan<bool>)[true, false])
        {
            json.WriteStartObject();
            json.WriteString("ph", "M");
            json.WriteNumber("pid", process + 1);
            if (track is { } of)
            {
                json.WriteNumber("tid", Thread(process, of));
            }

            json.WriteString("name", isName ? kind : sortKind);
            json.WriteStartObject("args");
            if (isName)
            {
                json.WriteString("name", name);
                End([]);
            }
            else
            {
                End([("sort_index", sortIndex)]);
            }
        }
    }
}
