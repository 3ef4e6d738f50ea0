using System.Buffers.Binary;
using System.Globalization;

namespace HalfFull.Engine.Native;

/// <summary>
/// The layout of the parameter structs that this binding was written for (llama.cpp v0.5.0 on x64 Linux), and the check that a library has it. These structs
/// change between releases without a version number, so the library's own default functions are made to fill poisoned memory: what they write, and
/// where, is the fingerprint.
/// </summary>
internal static class LlamaAbi
{
    internal const int ModelParamsBytes = 80;
    internal const int ContextParamsBytes = 160;

    /// <summary>Bytes of the poisoned memory, far more than any struct of the library.</summary>
    internal const int ProbeBytes = 1024;

    private const int ModelBytesWritten = 78;
    private const int ContextBytesWritten = 160;
    private const float Unset = -1;

    private static readonly (int Offset, int Value)[] ModelDefaults = [(16, -1), (20, 1), (24, -1), (28, 1)];

    private static readonly (int Offset, int Value)[] ContextDefaults =
    [
        (0, 512), (4, 2048), (8, 512), (12, 1), (24, 1), (40, -1), (44, -1), (48, -1), (52, -1), (64, BitConverter.SingleToInt32Bits(Unset)), (104, 1), (108, 1),
    ];

    /// <summary>Why the library's structs are not those of this binding, as one sentence; null when they are.</summary>
    /// <param name="model">What the model defaults wrote: one probe for each of two poisons.</param>
    /// <param name="context">What the context defaults wrote, likewise.</param>
    internal static string? Mismatch((byte[] First, byte[] Second) model, (byte[] First, byte[] Second) context)
    {
        var modelBytes = Written(model.First, model.Second);
        var contextBytes = Written(context.First, context.Second);
        if (modelBytes != ModelBytesWritten || contextBytes != ContextBytesWritten)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"its parameter structs have {contextBytes} and {modelBytes} bytes, where llama.cpp v0.5.0 has {ContextBytesWritten} and {ModelBytesWritten}");
        }

        return Different("model", model.First, ModelDefaults) ?? Different("context", context.First, ContextDefaults);
    }

    /// <summary>Bytes up to the last one that both probes agree on: the two poisons differ in every bit.</summary>
    private static int Written(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var written = 0;
        for (var i = 0; i < ProbeBytes; i++)
        {
            written = first[i] == second[i] ? i + 1 : written;
        }

        return written;
    }

    private static string? Different(string what, ReadOnlySpan<byte> probe, (int Offset, int Value)[] defaults)
    {
        foreach (var (offset, expected) in defaults)
        {
            var found = BinaryPrimitives.ReadInt32LittleEndian(probe[offset..]);
            if (found != expected)
            {
                return string.Create(CultureInfo.InvariantCulture, $"its default {what} parameters have {found} at byte {offset}, where llama.cpp v0.5.0 has {expected}");
            }
        }

        return null;
    }
}
