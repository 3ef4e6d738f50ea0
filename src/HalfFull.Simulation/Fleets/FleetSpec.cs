using System.Globalization;
using HalfFull.Simulation.Handovers;

namespace HalfFull.Simulation.Fleets;

/// <summary>
/// Which replicas a fleet has, as <c>--replicas</c> spells it: a number (<c>4</c>, of one GPU named elsewhere) or groups
/// (<c>a100:2,h100:1</c>), where some may prefill for the others (<c>prefill:a100:2,decode:a100:4</c>).
/// </summary>
public sealed class FleetSpec
{
    /// <summary>No fleet has more replicas.</summary>
    public const int MostReplicas = 10_000;

    private const string Accepts = "a number of replicas such as 4, or groups such as a100:2,h100:1 or prefill:a100:2,decode:a100:4";

    private static readonly (string Name, ReplicaRole Role)[] Roles = [("prefill", ReplicaRole.Prefill), ("decode", ReplicaRole.Decode)];

    private FleetSpec(IReadOnlyList<ReplicaGroup> groups)
    {
        Groups = groups;
        Replicas = groups.Sum(group => group.Replicas);
    }

    /// <summary>The groups in the order given.</summary>
    public IReadOnlyList<ReplicaGroup> Groups { get; }

    /// <summary>Replicas of all groups.</summary>
    public int Replicas { get; }

    /// <summary>Whether some replicas prefill and others decode.</summary>
    public bool IsSplit => Groups[0].Role != ReplicaRole.Whole;

    /// <summary>The GPUs, each once, in the order given, joined by <c>+</c>.</summary>
    public string Gpu => string.Join('+', Groups.Select(group => group.Gpu).Distinct(StringComparer.Ordinal));

    /// <summary>Equal replicas.</summary>
    /// <param name="gpu">Their GPU.</param>
    /// <param name="replicas">How many.</param>
    public static FleetSpec Of(string gpu, int replicas) => new([new ReplicaGroup(gpu, replicas)]);

    /// <summary>Reads a spec.</summary>
    /// <param name="text">The value of <c>--replicas</c>.</param>
    /// <param name="gpu">The value of <c>--gpu</c>; null when it was not given.</param>
    /// <param name="defaultGpu">The GPU when neither names one.</param>
    /// <exception cref="FormatException">It is no spec; the message quotes it and says what would be accepted.</exception>
    public static FleetSpec Parse(string text, string? gpu, string defaultGpu)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.Contains(':', StringComparison.Ordinal))
        {
            return Of(gpu ?? defaultGpu, Count(text, text));
        }

        if (text.Contains("://", StringComparison.Ordinal))
        {
            throw new FormatException($"--replicas '{text}' names addresses, but a simulation has modelled replicas only: give {Accepts}.");
        }

        if (gpu is not null)
        {
            throw new FormatException($"--replicas '{text}' names its GPUs itself; leave out --gpu {gpu}.");
        }

        var groups = text.Split(',').Select(part => Group(part, text)).ToArray();
        return ReplicaRoles.Problem(groups.Select(static group => group.Role)) is { } problem
            ? throw new FormatException($"--replicas '{text}' {problem}.")
            : new FleetSpec(groups);
    }

    /// <summary>Reads a spec or a range of numbers: <c>2..8</c> is seven fleets.</summary>
    /// <exception cref="FormatException">It is neither; the message quotes it and says what would be accepted.</exception>
    public static IReadOnlyList<FleetSpec> ParseRange(string text, string? gpu, string defaultGpu)
    {
        ArgumentNullException.ThrowIfNull(text);
        var dots = text.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0)
        {
            return [Parse(text, gpu, defaultGpu)];
        }

        var first = Count(text[..dots], text);
        var last = Count(text[(dots + 2)..], text);
        return last >= first
            ? [.. Enumerable.Range(first, last - first + 1).Select(count => Of(gpu ?? defaultGpu, count))]
            : throw new FormatException($"--replicas '{text}' is a range that ends before it starts; write {last}..{first}.");
    }

    /// <summary>The groups as <c>a100:2,h100:1</c> or <c>prefill:a100:2,decode:a100:4</c>.</summary>
    public override string ToString() =>
        string.Join(',', Groups.Select(group => string.Create(CultureInfo.InvariantCulture, $"{Prefix(group.Role)}{group.Gpu}:{group.Replicas}")));

    private static string Prefix(ReplicaRole role) => role == ReplicaRole.Whole ? string.Empty : $"{Array.Find(Roles, item => item.Role == role).Name}:";

    private static ReplicaGroup Group(string part, string text)
    {
        var fields = part.Split(':');
        return fields.Length switch
        {
            2 when Array.Exists(Roles, item => string.Equals(item.Name, fields[0].Trim(), StringComparison.OrdinalIgnoreCase)) =>
                throw new FormatException($"'{part}' in --replicas '{text}' names a role, but no GPU: give {fields[0]}:a100:{fields[1]}."),
            2 when fields[0].Trim().Length > 0 => new ReplicaGroup(fields[0].Trim().ToLowerInvariant(), Count(fields[1], text)),
            3 when fields[1].Trim().Length > 0 => new ReplicaGroup(fields[1].Trim().ToLowerInvariant(), Count(fields[2], text)) { Role = Role(fields[0], text) },
            _ => throw new FormatException($"'{part}' in --replicas '{text}' is no group of the form GPU:N or ROLE:GPU:N: give {Accepts}."),
        };
    }

    private static ReplicaRole Role(string name, string text) =>
        Array.Find(Roles, item => string.Equals(item.Name, name.Trim(), StringComparison.OrdinalIgnoreCase)) is { Name: not null } found
            ? found.Role
            : throw new FormatException($"'{name}' in --replicas '{text}' is no role: give prefill or decode.");

    private static int Count(string number, string text) =>
        int.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= MostReplicas
            ? count
            : throw new FormatException($"'{number}' in --replicas '{text}' is no number from 1 to {MostReplicas}: give {Accepts}.");
}
