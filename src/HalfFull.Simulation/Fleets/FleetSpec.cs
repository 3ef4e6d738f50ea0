using System.Globalization;

namespace HalfFull.Simulation.Fleets;

/// <summary>
/// Which replicas a fleet has, as <c>--replicas</c> spells it: a number (<c>4</c>, of one GPU named elsewhere) or groups
/// (<c>a100:2,h100:1</c>).
/// </summary>
public sealed class FleetSpec
{
    /// <summary>No fleet has more replicas.</summary>
    public const int MostReplicas = 10_000;

    private const string Accepts = "a number of replicas such as 4, or groups such as a100:2,h100:1";

    private FleetSpec(IReadOnlyList<ReplicaGroup> groups)
    {
        Groups = groups;
        Replicas = groups.Sum(group => group.Replicas);
    }

    /// <summary>The groups in the order given.</summary>
    public IReadOnlyList<ReplicaGroup> Groups { get; }

    /// <summary>Replicas of all groups.</summary>
    public int Replicas { get; }

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

        return new FleetSpec([.. text.Split(',').Select(part => Group(part, text))]);
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

    /// <summary>The groups as <c>a100:2,h100:1</c>.</summary>
    public override string ToString() =>
        string.Join(',', Groups.Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Gpu}:{group.Replicas}")));

    private static ReplicaGroup Group(string part, string text)
    {
        var fields = part.Split(':');
        return fields.Length switch
        {
            2 when fields[0].Trim().Length > 0 => new ReplicaGroup(fields[0].Trim().ToLowerInvariant(), Count(fields[1], text)),
            3 => throw new FormatException($"--replicas '{text}' gives roles, which have not landed yet: give {Accepts}."),
            _ => throw new FormatException($"'{part}' in --replicas '{text}' is no group of the form GPU:N: give {Accepts}."),
        };
    }

    private static int Count(string number, string text) =>
        int.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= MostReplicas
            ? count
            : throw new FormatException($"'{number}' in --replicas '{text}' is no number from 1 to {MostReplicas}: give {Accepts}.");
}
