using Spectre.Console;

namespace HalfFull.Cli.Output;

/// <summary>The one look of tables: a line under the headings, first column left, figures right.</summary>
internal static class PlainTable
{
    /// <summary>A table with these headings.</summary>
    /// <param name="headings">The first is of text, the others are of figures.</param>
    public static Table Of(params ReadOnlySpan<string> headings)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var heading in headings)
        {
            var column = new TableColumn(new Text(heading, new Style(decoration: Decoration.Bold))) { NoWrap = true };
            table.AddColumn(table.Columns.Count == 0 ? column : column.RightAligned());
        }

        return table;
    }
}
