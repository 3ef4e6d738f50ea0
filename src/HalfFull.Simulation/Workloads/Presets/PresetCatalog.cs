namespace HalfFull.Simulation.Workloads.Presets;

/// <summary>The presets by name.</summary>
public static class PresetCatalog
{
    /// <summary>All presets, in the order in which help shows them.</summary>
    public static IReadOnlyList<Preset> All { get; } = [Chat.Preset, Code.Preset, AgentPrefix.Preset, MultiTenant.Preset, Reasoning.Preset];

    /// <summary>The preset of a name; null when there is none.</summary>
    public static Preset? Find(string name) => All.FirstOrDefault(preset => string.Equals(preset.Name, name, StringComparison.Ordinal));
}
