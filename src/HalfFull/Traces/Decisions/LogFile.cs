using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace HalfFull.Traces.Decisions;

/// <summary>The outer shape of a file of a decision log: a signature, then blocks that each carry their length and checksums.</summary>
internal static class LogFile
{
    /// <summary>Bytes of a block's header: magic, bytes, records, checksum of the content, checksum of the header.</summary>
    public const int HeaderBytes = 20;

    /// <summary>Longest content of a block that a reader accepts.</summary>
    public const int LongestBlock = 1 << 28;

    /// <summary>Version of the format that is written and read.</summary>
    public const byte Version = 1;

    private const uint Magic = 0x4B424648; // "HFBK"
    private const string Prefix = "decisions-";
    private const string Suffix = ".hflog";

    /// <summary>What a file begins with.</summary>
    public static ReadOnlySpan<byte> Signature => "HFLOG\n\0\x01"u8;

    /// <summary>What every log file's name matches.</summary>
    public static string Pattern => $"{Prefix}*{Suffix}";

    /// <summary>Name of a file by its number.</summary>
    public static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:00000000}{Suffix}");

    /// <summary>Number in a file's name; null when it has another form.</summary>
    public static int? Number(string path)
    {
        var name = Path.GetFileName(path.AsSpan());
        return name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal) && name.Length > Prefix.Length + Suffix.Length
            && int.TryParse(name[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>Writes a block's header.</summary>
    public static void WriteHeader(Span<byte> header, ReadOnlySpan<byte> content, int records)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], content.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], records);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], Checksum(content));
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], Checksum(header[..16]));
    }

    /// <summary>Reads a block's header.</summary>
    /// <returns>False when it is damaged.</returns>
    public static bool TryReadHeader(ReadOnlySpan<byte> header, out int bytes, out int records, out uint checksum)
    {
        bytes = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        records = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        checksum = BinaryPrimitives.ReadUInt32LittleEndian(header[12..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(header) == Magic
            && BinaryPrimitives.ReadUInt32LittleEndian(header[16..]) == Checksum(header[..16])
            && bytes is >= 0 and <= LongestBlock && records >= 0;
    }

    /// <summary>CRC-32C.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
