namespace HalfFull.Report;

/// <summary>The question that a report answers.</summary>
internal static class QuestionText
{
    /// <summary>One sentence.</summary>
    /// <param name="names">Names of the combinations, each once, the first in front.</param>
    /// <param name="trace">Name of the traffic.</param>
    /// <param name="rates">How many arrival rates there are.</param>
    public static string Of(IReadOnlyList<string> names, string trace, int rates)
    {
        var at = rates > 1 ? $" at each of {rates} arrival rates" : string.Empty;
        return names.Count switch
        {
            0 => $"What happened to {trace}?",
            1 => $"How would {names[0]} serve {trace}{at}?",
            2 => $"What would {names[1]} gain or lose against {names[0]} on {trace}{at}?",
            _ => $"Which of {names.Count} combinations serves {trace} best{at}, and what would it gain or lose against {names[0]}?",
        };
    }
}
