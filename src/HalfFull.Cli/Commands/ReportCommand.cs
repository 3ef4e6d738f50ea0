using System.CommandLine;
using System.Text.Json;
using HalfFull.Cli.Options;
using HalfFull.Cli.Output;
using HalfFull.Load.Documents;
using HalfFull.Metrics;
using HalfFull.Report;
using HalfFull.Report.Data;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull report</c>: a page from documents that were written earlier.</summary>
internal static class ReportCommand
{
    private const string DefaultPath = "report.html";
    private const string Schemas = "schema 'halffull.run/1' or 'halffull.bench/1'";
    private const string Writers = "simulate, compare and bench write with --json";

    /// <summary>The command.</summary>
    public static Command Create(IReadOnlyList<string> args)
    {
        var documents = new Argument<string[]>("RUN.json")
        {
            Description = "Documents that simulate and compare, or bench, wrote with --json; runs of the same traffic are compared, the first is what the others are compared with",
            Arity = ArgumentArity.OneOrMore,
        };
        var html = TextOption.Any("--html", "FILE", $"Where to write the page [default: {DefaultPath}]");
        var command = new Command("report", "Make a report, one page with charts, from documents that were written earlier.") { documents, html };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(html) ?? DefaultPath;
            var paths = parsed.GetRequiredValue(documents);
            foreach (var document in paths)
            {
                OutputPaths.Check(("RUN.json", document), ("--html", path));
            }

            var data = Data(paths, CommandLineText.Of(args));
            using var page = HtmlOutput.Open(path)!;
            page.Commit(data);
        });
        HelpWithExample.Show(command, "report run.json", "report vllm.json larry.json --html both.html", "report bench.json");
        return command;
    }

    private static ReportData Data(string[] paths, string command)
    {
        var documents = paths.Select(static path => (Name: path, Document: Read(path))).ToArray();
        var simulated = documents.Where(static item => item.Document is RunDocument).Select(static item => (item.Name, (RunDocument)item.Document)).ToArray();
        var measured = documents.Where(static item => item.Document is BenchDocument).Select(static item => (item.Name, (BenchDocument)item.Document)).ToArray();
        return measured.Length == 0 ? DocumentReport.Of(simulated, command, ProductVersion.Text)
            : simulated.Length == 0 ? MeasuredReport.Of(measured, command, ProductVersion.Text)
            : throw new FormatException($"{simulated[0].Name} is simulated and {measured[0].Name} is measured: make a report of each.");
    }

    private static object Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var schema = json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("schema", out var name) ? name.ToString() : null;
            return schema switch
            {
                "halffull.run/1" => RunDocument.Parse(bytes),
                "halffull.bench/1" => BenchDocument.Parse(bytes),
                _ => throw new InvalidDataException($"{path} is {(schema is null ? "no document of HalfFull" : $"a document of schema '{schema}'")}; give one of {Schemas}, as {Writers}."),
            };
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path}{(error.LineNumber is { } line ? $", line {line + 1}" : string.Empty)} is no document of {Schemas}; give one that {Writers}.", error);
        }
    }
}
