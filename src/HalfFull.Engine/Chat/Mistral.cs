namespace HalfFull.Engine.Chat;

/// <summary>The form of Mistral's instruction models: a system message is put before the first one of the user.</summary>
internal sealed class Mistral : IChatTemplate
{
    private const string Start = "[INST]";
    private const string Stop = "[/INST]";
    private const string End = "</s>";

    /// <inheritdoc/>
    public string Name => "mistral";

    /// <inheritdoc/>
    public IReadOnlyList<PromptPart> Format(IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        List<PromptPart> parts = [];
        var system = string.Empty;
        foreach (var message in messages)
        {
            switch (message.Role)
            {
                case "system" or "developer":
                    system += $"{message.Content}\n\n";
                    break;
                case "user":
                    parts.AddRange([PromptPart.Control(Start), PromptPart.Plain($" {system}{message.Content} "), PromptPart.Control(Stop)]);
                    system = string.Empty;
                    break;
                case "assistant":
                    parts.AddRange([PromptPart.Plain($" {message.Content}"), PromptPart.Control(End)]);
                    break;
                default:
                    throw new FormatException($"The chat template of this model has no role '{message.Role}'; give system, user or assistant.");
            }
        }

        return system.Length == 0 ? parts : throw new FormatException("A message of the user must follow the last system message in the chat template of this model.");
    }
}
