using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace HalfFull.Load.Prompts;

/// <summary>
/// Makes prompts of a given number of tokens without a tokenizer. The text of a prefix unit is a pure function of its hash (and of the
/// salt of the run), so prompts whose leading hashes are equal are equal byte for byte there, and real prefix caches hit.
/// </summary>
/// <param name="salt">
/// Makes texts differ between runs: without it the second run against a server would find the first one's prompts in its cache.
/// </param>
/// <param name="calibration">How words become tokens.</param>
public sealed class PromptText(ulong salt, TokenCalibration calibration)
{
    private const int LongestWord = sizeof(ulong);
    private const ulong UnitStream = 0x756E69740000;
    private const ulong OwnStream = 0x6F776E0000;

    private static readonly ulong[] WordBytes = [.. WordList.Words.Select(static word => PadToUInt64(word))];
    private static readonly byte[] WordLengths = [.. WordList.Words.Select(static word => (byte)word.Length)];

    /// <summary>How many words there are, of which every text is drawn evenly.</summary>
    public static int DistinctWords => WordBytes.Length;

    /// <summary>Other texts of the same lengths.</summary>
    public PromptText WithSalt(ulong other) => new(other, calibration);

    /// <summary>
    /// Writes the first words of the list, each once. All of them together have the mean tokens to a word that long texts have, whatever a server takes for a token;
    /// as many words drawn at random miss it by some percent.
    /// </summary>
    public static void WriteEach(int words, IBufferWriter<byte> target)
    {
        ArgumentNullException.ThrowIfNull(target);
        foreach (var word in WordList.Words.Take(words))
        {
            target.Write(Encoding.ASCII.GetBytes(word));
        }
    }

    /// <summary>Writes the prompt of a request: its shared prefix units, then text of its own.</summary>
    public void Write(Request request, IBufferWriter<byte> target)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(target);
        var words = calibration.Words(request.PromptTokens);
        var unitWords = request.PrefixUnitTokens == 0 ? 0 : Math.Max(1, (int)Math.Round(request.PrefixUnitTokens / calibration.TokensPerWord));
        foreach (var hash in request.PrefixHashes.Span)
        {
            if (words == 0 || unitWords == 0)
            {
                break;
            }

            var count = Math.Min(words, unitWords);
            WriteWords(UnitStream ^ (ulong)hash, count, target);
            words -= count;
        }

        WriteWords(OwnStream ^ (ulong)request.Id, words, target);
    }

    /// <summary>Writes what the user says in a further turn: as many tokens as the first, new ones.</summary>
    /// <param name="request">The session's first request.</param>
    /// <param name="turn">The turn, from 1.</param>
    /// <param name="target">Where to write.</param>
    public void WriteTurn(Request request, int turn, IBufferWriter<byte> target)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(target);
        WriteWords(Rng.Mix(OwnStream ^ (ulong)request.Id) + (ulong)turn, calibration.Words(request.PromptTokens), target);
    }

    private void WriteWords(ulong stream, int count, IBufferWriter<byte> target)
    {
        var state = Rng.Mix(Rng.Mix(salt) ^ stream);
        while (count > 0)
        {
            var batch = Math.Min(count, 512);
            var span = target.GetSpan((batch + 1) * LongestWord);
            var used = 0;
            var bits = 0UL;
            for (var i = 0; i < batch; i++, bits >>= 8)
            {
                if (i % 8 == 0)
                {
                    bits = Rng.Mix(++state);
                }

                var word = (byte)bits;
                MemoryMarshal.Write(span[used..], WordBytes[word]);
                used += WordLengths[word];
            }

            target.Advance(used);
            count -= batch;
        }
    }

    private static ulong PadToUInt64(string word)
    {
        Span<byte> bytes = stackalloc byte[LongestWord];
        bytes.Clear();
        for (var i = 0; i < word.Length; i++)
        {
            bytes[i] = (byte)word[i];
        }

        return MemoryMarshal.Read<ulong>(bytes);
    }
}
