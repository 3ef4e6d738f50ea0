namespace HalfFull.Policies;

/// <summary>One policy of a catalogue, described for help and documents.</summary>
/// <param name="Name">Its name in a spec.</param>
/// <param name="Summary">What it prefers and when it loses.</param>
/// <param name="Options">Its options in the order of declaration.</param>
public sealed record PolicyEntry(string Name, string Summary, IReadOnlyList<OptionEntry> Options);
