using System.Buffers.Binary;
using System.IO.Compression;

namespace HalfFull.Traces;

/// <summary>Decompresses gzip and fails when the file ends early, which the runtime's own stream passes over in silence.</summary>
internal sealed class CheckedGZipStream(FileStream file) : ForwardStream
{
    private const string Damaged = "the gzip data end early or are damaged; fetch the file again";

    // A whole gzip member that holds this text, to be read behind the file: it comes out only if the file's last member is whole.
    private static ReadOnlySpan<byte> Mark => "halffull: the member before this one ended well"u8;
    private readonly GZipStream text = new(file, CompressionMode.Decompress, leaveOpen: true);
    private long bytes;
    private bool ended;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            var read = text.Read(buffer);
            bytes += read;
            if (read == 0 && !buffer.IsEmpty && !ended)
            {
                ended = true;
                Check();
            }

            return read;
        }
        catch (InvalidDataException error) when (!ReferenceEquals(error.Message, Damaged))
        {
            throw new InvalidDataException(Damaged, error);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            text.Dispose();
            file.Dispose();
        }

        base.Dispose(disposing);
    }

    // The trailer states the text's size modulo 2^32, the usual case; files joined with cat have several members.
    private void Check()
    {
        Span<byte> trailer = stackalloc byte[4];
        if (file.Length >= 18)
        {
            file.Position = file.Length - trailer.Length;
            file.ReadExactly(trailer);
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer) != (uint)bytes && !LastMemberIsWhole())
        {
            throw new InvalidDataException(Damaged);
        }
    }

    private bool LastMemberIsWhole()
    {
        using var mark = new MemoryStream();
        using (var member = new GZipStream(mark, CompressionLevel.Fastest, leaveOpen: true))
        {
            member.Write(Mark);
        }

        mark.Position = 0;
        file.Position = 0;
        using var joined = new JoinedStream(file, mark);
        using var all = new GZipStream(joined, CompressionMode.Decompress);
        var tail = new byte[Mark.Length + (1 << 16)];
        var kept = 0;
        while (true)
        {
            var read = all.Read(tail, kept, tail.Length - kept);
            if (read == 0)
            {
                return tail.AsSpan(0, kept).EndsWith(Mark);
            }

            kept += read;
            if (kept == tail.Length)
            {
                tail.AsSpan(kept - Mark.Length).CopyTo(tail);
                kept = Mark.Length;
            }
        }
    }
}
