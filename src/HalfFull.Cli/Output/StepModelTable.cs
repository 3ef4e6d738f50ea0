using HalfFull.Engine.StepTime;
using Spectre.Console;

namespace HalfFull.Cli.Output;

/// <summary>GPUs and models that exist.</summary>
internal static class StepModelTable
{
    /// <summary>Prints the catalogue, or the part of one GPU or model.</summary>
    /// <exception cref="StepModelNotFoundException">The GPU or model is unknown.</exception>
    public static void Write(IAnsiConsole screen, string? gpu, string? model)
    {
        var canonical = model is null ? null : ModelName.Canonical(model);
        Require("GPU", gpu, StepModelCatalog.Gpus.Select(known => known.Name));
        Require("model", canonical, StepModelCatalog.Models.Select(known => known.Name));
        var degrees = StepModelCatalog.Entries.Select(entry => entry.Tp).Distinct().Order().ToArray();
        var table = PlainTable.Of([" GPU", "model", "step times", .. degrees.Select(tp => $"KV tokens, tp {tp}")]);
        table.Columns[1].Alignment = Justify.Left;
        table.Columns[2].Alignment = Justify.Left;
        var rows = StepModelCatalog.Entries
            .Where(entry => (gpu is null || Same(entry.Gpu.Name, gpu)) && (canonical is null || Same(entry.Model.Name, canonical)))
            .GroupBy(entry => (entry.Gpu, entry.Model));
        foreach (var row in rows)
        {
            table.AddRow([row.Key.Gpu.Name, row.Key.Model.Name, Origin([.. row]), .. degrees.Select(tp => Capacity([.. row], tp))]);
        }

        screen.Write(table);
        screen.WriteLine(" fitted: to kernel timings of that model on that GPU; predicted: by a roofline of other models or GPUs, never measured.");
        screen.WriteLine(" KV tokens: what one replica of tp GPUs holds beside the weights; 'no' where the model does not fit, '-' where nothing is known.");
        screen.WriteLine();
    }

    private static string Origin(StepModelEntry[] entries) => string.Join(", ", entries
        .GroupBy(entry => entry.Provenance)
        .Select(group => group.Count() == entries.Length
            ? Name(group.Key)
            : $"{Name(group.Key)} (tp {string.Join(' ', group.Select(entry => entry.Tp))})"));

    private static string Name(Provenance provenance) => provenance == Provenance.Fitted ? "fitted" : "predicted";

    private static string Capacity(StepModelEntry[] entries, int tp) => Array.Find(entries, entry => entry.Tp == tp) switch
    {
        null => "-",
        { KvCapacityTokens: 0 } => "no",
        var entry => Figures.Count(entry.KvCapacityTokens),
    };

    private static void Require(string what, string? name, IEnumerable<string> known)
    {
        if (name is not null && !known.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            throw new FormatException($"Unknown {what} '{name}'; known: {string.Join(", ", known)}.");
        }
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
