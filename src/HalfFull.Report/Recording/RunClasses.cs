namespace HalfFull.Report.Recording;

/// <summary>The classes of requests that a report tells apart, over the seeds of one combination.</summary>
internal static class RunClasses
{
    /// <summary>Tenants with a class of their own: those with the most requests.</summary>
    public const int MostTenants = 12;

    /// <summary>The class of the rest.</summary>
    public const string OtherTenants = "(all others)";

    /// <summary>Prompt lengths, shortest first, then tenants, those with the most requests first; each with its samples of every seed that has any.</summary>
    public static IEnumerable<(string Kind, string Name, ClassSamples[] Seeds)> Of(IReadOnlyList<RunRecorder> runs)
    {
        for (var i = 0; i < PromptClass.Count; i++)
        {
            var samples = runs.Select(run => run.Prompts[i]).OfType<ClassSamples>().ToArray();
            if (samples.Length > 0)
            {
                yield return ("prompt", PromptClass.Name(i), samples);
            }
        }

        var tenants = runs.Select(static run => run.Tenants).ToArray();
        var names = tenants[0].Keys.Where(name => tenants.All(seed => seed.ContainsKey(name)))
            .OrderByDescending(name => tenants.Sum(seed => seed[name].Requests)).ThenBy(static name => name, StringComparer.Ordinal).Take(MostTenants).ToArray();
        var rest = runs.Select((run, i) => Rest(run, tenants[i], names)).OfType<ClassSamples>().ToArray();
        if (names.Length + rest.Length < 2)
        {
            yield break;
        }

        foreach (var name in names)
        {
            yield return ("tenant", name, [.. tenants.Select(seed => seed[name])]);
        }

        if (rest.Length > 0)
        {
            yield return ("tenant", OtherTenants, rest);
        }
    }

    private static ClassSamples? Rest(RunRecorder run, IReadOnlyDictionary<string, ClassSamples> tenants, string[] named)
    {
        var others = tenants.Where(item => !named.Contains(item.Key, StringComparer.Ordinal)).Select(static item => item.Value).Append(run.OtherTenants).OfType<ClassSamples>().ToArray();
        if (others.Length == 0)
        {
            return null;
        }

        var rest = new ClassSamples();
        run.Align(rest);
        foreach (var samples in others)
        {
            rest.Merge(samples);
        }

        return rest;
    }
}
