using System.CommandLine;
using HalfFull.Cli.Options;
using HalfFull.Cli.Output;
using HalfFull.Load;
using HalfFull.Load.Comparing;
using HalfFull.Load.Documents;
using HalfFull.Load.OpenAi;
using HalfFull.Load.Runs;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull bench --ab</c>: two servers, or two policies of one gateway, in alternating blocks.</summary>
internal sealed class BenchComparison(EndpointOptions endpoint, LoadOptions load, AbOptions ab)
{
    /// <summary>Plays it, prints it and writes it.</summary>
    public int Run(ParseResult parsed, IReadOnlyList<string> args, (string? Json, string? Html) outputs, CancellationToken cancellation)
    {
        var plan = ab.Plan(parsed, load);
        OutputPaths.Check(("--json", outputs.Json), ("--html", outputs.Html));
        using var documents = new BenchDocuments(outputs.Json, outputs.Html);
        var (urls, policies) = (ab.Urls(parsed), ab.Policies(parsed));
        using var firstClient = new OpenAiClient(endpoint.Of(parsed, urls[0]));
        using var secondClient = new OpenAiClient(endpoint.Of(parsed, urls[^1]));
        using var admin = new OpenAiClient(ab.Admin(parsed, firstClient.Endpoint));
        var first = Probed(firstClient, plan, cancellation);
        var second = urls.Count == 1 ? first : Probed(secondClient, plan, cancellation);
        var switched = policies.Count == 0 ? null : PolicySwitch.Open(admin, policies, cancellation);
        var (result, left) = Play([first, second], plan, switched, cancellation);

        var (arrivals, interrupted) = (load.Arrivals(parsed), cancellation.IsCancellationRequested);
        var entries = new[] { first, second }.Select((target, side) =>
            BenchEntry.Of(target, plan.Load, arrivals, result.Sides[side], result.Generator[side], interrupted) with { Policy = switched?.Policies[side].ToString() }).ToArray();
        documents.Commit(args, plan.Load.Workload, entries, plan.Load.Seed, ab: AbEntry.Of(plan, result));
        AbReport.Write(Screen.Output(), plan, result, entries[0], entries[1]);
        return left is null ? BenchExit.Code(entries, cancellation) : throw left;
    }

    private static Target Probed(OpenAiClient client, AbPlan plan, CancellationToken cancellation) =>
        Probe.RunAsync(client, plan.Load.Unary, plan.Load.Seed, cancellation).GetAwaiter().GetResult();

    /// <summary>Plays the blocks and gives a gateway its policy back, however they ended.</summary>
    private static (AbResult Result, LoadException? Left) Play(Target[] targets, AbPlan plan, PolicySwitch? switched, CancellationToken cancellation)
    {
        AbResult result;
        using (var progress = new AbProgress(plan))
        {
            try
            {
                result = new AbRun(targets, plan, switched is null ? null : switched.Use) { Playing = progress.Watch }.Execute(progress.Show, [], cancellation);
            }
            catch (Exception error)
            {
                if (Restore(switched) is { } left)
                {
                    throw new LoadException($"{ErrorSentence.Of(error)} Then {left.Message}", error);
                }

                throw;
            }
        }

        return (result, Restore(switched));
    }

    private static LoadException? Restore(PolicySwitch? switched)
    {
        try
        {
            switched?.Restore();
            return null;
        }
        catch (LoadException left)
        {
            return left;
        }
    }
}
