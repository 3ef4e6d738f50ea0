namespace HalfFull.Engine.Chat;

/// <summary>The form of Llama 3 and later.</summary>
internal sealed class Llama3 : IChatTemplate
{
    private const string Start = "<|start_header_id|>";
    private const string Stop = "<|end_header_id|>";
    private const string End = "<|eot_id|>";

    /// <inheritdoc/>
    public string Name => "llama-3";

    /// <inheritdoc/>
    public IReadOnlyList<PromptPart> Format(IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        List<PromptPart> parts = [];
        foreach (var message in messages)
        {
            parts.AddRange(
            [
                PromptPart.Control(Start), PromptPart.Plain(message.Role), PromptPart.Control(Stop),
                PromptPart.Plain($"\n\n{message.Content.Trim()}"), PromptPart.Control(End),
            ]);
        }

        parts.AddRange([PromptPart.Control(Start), PromptPart.Plain("assistant"), PromptPart.Control(Stop), PromptPart.Plain("\n\n")]);
        return parts;
    }
}
