namespace HalfFull.Policies;

/// <summary>One option of a policy, described for help and documents.</summary>
/// <param name="Name">Its name in a spec.</param>
/// <param name="Default">Its value when none is given, spelt as in a spec.</param>
/// <param name="Accepts">What values it takes, as a phrase.</param>
/// <param name="Summary">What it does, one sentence.</param>
public sealed record OptionEntry(string Name, string Default, string Accepts, string Summary);
