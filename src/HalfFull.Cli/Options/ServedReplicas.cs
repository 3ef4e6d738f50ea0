using System.Globalization;
using HalfFull.Gateway.Replicas;

namespace HalfFull.Cli.Options;

/// <summary>What <c>serve --replicas</c> asks for: emulated workers of its own, or servers that exist.</summary>
/// <param name="Workers">Workers to start.</param>
/// <param name="Addresses">Servers to use.</param>
internal sealed record ServedReplicas(int Workers, IReadOnlyList<Uri> Addresses)
{
    private const int MostWorkers = 64;
    private const string Accepts = "a number of emulated replicas such as 3, or addresses such as http://gpu1:8000,http://gpu2:8000";

    /// <summary>Reads the option.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static ServedReplicas Parse(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var workers))
        {
            return workers is >= 1 and <= MostWorkers
                ? new ServedReplicas(workers, [])
                : throw new FormatException($"--replicas {text} is not accepted: give a number from 1 to {MostWorkers}.");
        }

        if (!text.Contains("://", StringComparison.Ordinal))
        {
            throw new FormatException($"--replicas '{text}' is not accepted: give {Accepts}.");
        }

        var addresses = text.Split(',').Select(Address).ToArray();
        return addresses.Distinct().Count() == addresses.Length
            ? new ServedReplicas(0, addresses)
            : throw new FormatException($"--replicas '{text}' names an address twice; name each once.");
    }

    private static Uri Address(string text) => ReplicaAddress.TryParse(text, out var address)
        ? address
        : throw new FormatException($"'{text}' in --replicas is no address: give {Accepts}.");
}
