using System.Text;

namespace HalfFull.Cli.Output;

/// <summary>Writes lines without the spaces that tables leave at their ends.</summary>
internal sealed class TrimmedLines(Stream stream) : TextWriter
{
    private readonly StringBuilder line = new();

    /// <inheritdoc/>
    public override Encoding Encoding { get; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <inheritdoc/>
    public override void Write(char value)
    {
        if (value == '\n')
        {
            stream.Write(Encoding.GetBytes(line.ToString().TrimEnd() + "\n"));
            line.Clear();
        }
        else
        {
            line.Append(value);
        }
    }
}
