namespace HalfFull.Gateway.Logging;

/// <summary>How a gateway logs its decisions.</summary>
/// <param name="Folder">Where the files go; made when it is not there.</param>
public sealed record LogOptions(string Folder)
{
    /// <summary>Bytes after which a new file begins.</summary>
    public long FileBytes { get; init; } = 64 << 20;

    /// <summary>Newest files to keep; null for all.</summary>
    public int? KeepFiles { get; init; }

    /// <summary>Whether tenants are logged by their names. If not, policies too see a salted hash in place of the name, so that the log holds what they saw.</summary>
    public bool NamesTenants { get; init; }

    /// <summary>Most blocks of 64 KiB that wait for the disk; when they are full, records are lost, counted, and told in the log.</summary>
    public int MostBlocks { get; init; } = 256;

    /// <summary>Longest time that a record waits before it is written.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Time after an error of the disk before it is tried again.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Is told, in one sentence, when the disk fails and when it works again; null for nobody.</summary>
    public Action<string>? Warn { get; init; }
}
