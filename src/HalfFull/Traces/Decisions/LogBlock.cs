using HalfFull.Policies;

namespace HalfFull.Traces.Decisions;

/// <summary>A run of records that is written at once, with its checksum.</summary>
public sealed class LogBlock
{
    /// <summary>The records.</summary>
    public StateWriter Content { get; } = new(1 << 16);

    /// <summary>Number of records.</summary>
    public int Records { get; internal set; }

    /// <summary>Number of the file in its run that begins with this block; null when it goes on with the file of the block before.</summary>
    public int? StartsFile { get; internal set; }

    /// <summary>Empties it for the next use.</summary>
    public void Clear()
    {
        Content.Clear();
        Records = 0;
        StartsFile = null;
    }
}
