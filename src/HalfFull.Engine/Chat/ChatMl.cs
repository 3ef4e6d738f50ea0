namespace HalfFull.Engine.Chat;

/// <summary>ChatML, as Qwen and many others are trained with it.</summary>
internal sealed class ChatMl : IChatTemplate
{
    private const string Start = "<|im_start|>";
    private const string End = "<|im_end|>";

    /// <inheritdoc/>
    public string Name => "chatml";

    /// <inheritdoc/>
    public IReadOnlyList<PromptPart> Format(IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        List<PromptPart> parts = [];
        foreach (var message in messages)
        {
            parts.AddRange([PromptPart.Control(Start), PromptPart.Plain($"{message.Role}\n{message.Content}"), PromptPart.Control(End), PromptPart.Plain("\n")]);
        }

        parts.AddRange([PromptPart.Control(Start), PromptPart.Plain("assistant\n")]);
        return parts;
    }
}
