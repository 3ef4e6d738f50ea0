namespace HalfFull.Load.Prompts;

/// <summary>What was said in a session so far: the user's texts and the server's answers in turn.</summary>
internal sealed class Conversation
{
    private readonly List<ReadOnlyMemory<byte>> messages = [];

    /// <summary>Turns that were answered.</summary>
    public int Turn => messages.Count / 2;

    /// <summary>Tokens of all messages, answers included.</summary>
    public int Tokens { get; private set; }

    /// <summary>The messages and one more.</summary>
    public ReadOnlyMemory<byte>[] With(ReadOnlyMemory<byte> next) => [.. messages, next];

    /// <summary>Adds a turn that was answered.</summary>
    public void Add(ReadOnlyMemory<byte> question, ReadOnlyMemory<byte> answer, int tokens)
    {
        messages.Add(question);
        messages.Add(answer);
        Tokens += tokens;
    }
}
