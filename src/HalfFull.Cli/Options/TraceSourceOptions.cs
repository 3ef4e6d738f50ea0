using System.CommandLine;
using HalfFull.Simulation.Workloads.Presets;
using HalfFull.Traces;
using HalfFull.Traces.Decisions;

namespace HalfFull.Cli.Options;

/// <summary>The trace that a trace command reads: a file or a preset, and how much of it.</summary>
internal sealed class TraceSourceOptions
{
    private readonly Argument<string> source = new("trace") { Description = "Trace file (.gz or plain), folder of a decision log, or preset" };
    private readonly Option<ColumnMap?> columns = TextOption.Of(
        "--columns", "arrival=C,prompt=C,output=C,...", ColumnMap.Parse, "Columns of any other CSV or JSON-lines log");

    private readonly Option<long?> limit = NumberOption.OptionalWhole("--limit", 1, 1_000_000_000_000, "Take at most N requests [default: all of a file, 20000 of a preset]");
    private readonly Option<int> seed = NumberOption.Whole("--seed", 1, 0, int.MaxValue, "Seed of a preset");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        source.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var name }, ..] && name.StartsWith('-'))
            {
                result.AddError($"Unknown option '{name}': 'halffull trace {command.Name} --help' lists what it takes.");
            }
        });
        command.Arguments.Add(source);
        command.Options.Add(columns);
        command.Options.Add(limit);
        command.Options.Add(seed);
    }

    /// <summary>Opens it.</summary>
    /// <exception cref="TraceException">The file is no valid trace.</exception>
    public OpenedTrace Open(ParseResult parsed, CancellationToken cancellation)
    {
        var name = parsed.GetRequiredValue(source);
        var most = parsed.GetValue(limit);
        var map = parsed.GetValue(columns);
        if (map is null && PresetCatalog.Find(name) is { } preset)
        {
            return new OpenedTrace(name, "preset", Limited(preset.Rows((ulong)parsed.GetValue(seed)), most ?? preset.DefaultRequests, cancellation));
        }

        if (!Path.Exists(name))
        {
            throw new TraceException($"Trace '{name}' is neither a file nor a preset; presets are {string.Join(", ", PresetCatalog.All.Select(known => known.Name))}.");
        }

        var opened = TraceSource.Open(name, map);
        var format = opened is TraceFile file ? file.Format.Name : "decision log";
        return new OpenedTrace(opened.Name, format, Limited(opened.Rows(), most ?? long.MaxValue, cancellation)) { Log = opened as DecisionLogTrace };
    }

    private static IEnumerable<TraceRow> Limited(IEnumerable<TraceRow> rows, long most, CancellationToken cancellation)
    {
        foreach (var row in rows)
        {
            cancellation.ThrowIfCancellationRequested();
            if (most-- <= 0)
            {
                yield break;
            }

            yield return row;
        }
    }
}
