using System.CommandLine;
using HalfFull.Cli.Options;
using HalfFull.Cli.Output;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull policies</c>: what can be chosen.</summary>
internal static class PoliciesCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var json = TextOption.Any("--json", "FILE", "Write the list as JSON");
        var markdown = TextOption.Any("--markdown", "FILE", "Write the list as a page, docs/policies.md");
        var command = new Command("policies", "List engine, router and queue policies with their options.") { json, markdown };
        command.SetAction(parsed =>
        {
            var (jsonPath, pagePath) = (parsed.GetValue(json), parsed.GetValue(markdown));
            if (jsonPath is not null)
            {
                PolicyJson.Save(jsonPath);
            }

            if (pagePath is not null)
            {
                PolicyPage.Save(pagePath);
            }

            if (jsonPath is null && pagePath is null)
            {
                PolicyTable.Write(Screen.Output());
            }
        });
        HelpWithExample.Show(command, "policies", "policies --json policies.json");
        return command;
    }
}
