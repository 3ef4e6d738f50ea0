using System.CommandLine;
using System.Text.Json;
using HalfFull.Cli.Options;
using HalfFull.Cli.Output;
using HalfFull.Metrics;
using HalfFull.Report;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull report</c>: a page from documents that were written earlier.</summary>
internal static class ReportCommand
{
    private const string DefaultPath = "report.html";
    private const string Schema = "halffull.run/1";

    /// <summary>The command.</summary>
    public static Command Create(IReadOnlyList<string> args)
    {
        var documents = new Argument<string[]>("RUN.json")
        {
            Description = "Documents that simulate or compare wrote with --json; runs of the same traffic are compared, the first is what the others are compared with",
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

            var data = DocumentReport.Of([.. paths.Select(static document => (document, Read(document)))], CommandLineText.Of(args), ProductVersion.Text);
            using var page = HtmlOutput.Open(path)!;
            page.Commit(data);
        });
        HelpWithExample.Show(command, "report run.json", "report vllm.json larry.json --html both.html");
        return command;
    }

    private static RunDocument Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var schema = json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("schema", out var name) ? name.ToString() : null;
            return string.Equals(schema, Schema, StringComparison.Ordinal) ? RunDocument.Parse(bytes)
                : throw new InvalidDataException($"{path} is {(schema is null ? "no document of HalfFull" : $"a document of schema '{schema}'")}; give one of schema '{Schema}', as simulate and compare write with --json.");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path}{(error.LineNumber is { } line ? $", line {line + 1}" : string.Empty)} is no document of schema '{Schema}'; give one that simulate or compare wrote with --json.", error);
        }
    }
}
