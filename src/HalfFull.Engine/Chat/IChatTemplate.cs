namespace HalfFull.Engine.Chat;

/// <summary>How a family of models wants a chat to be written down.</summary>
public interface IChatTemplate
{
    /// <summary>Its name.</summary>
    string Name { get; }

    /// <summary>Writes a chat down, up to where the answer begins. The token that opens a text is not part of it: the tokenizer adds that.</summary>
    /// <exception cref="FormatException">The form has no place for a message; the sentence says which.</exception>
    IReadOnlyList<PromptPart> Format(IReadOnlyList<ChatMessage> messages);
}
