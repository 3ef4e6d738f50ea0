namespace HalfFull.Engine.Chat;

/// <summary>The form of Gemma: the assistant is called model, and a system message is put before the first one of the user.</summary>
internal sealed class Gemma : IChatTemplate
{
    private const string Start = "<start_of_turn>";
    private const string End = "<end_of_turn>";

    /// <inheritdoc/>
    public string Name => "gemma";

    /// <inheritdoc/>
    public IReadOnlyList<PromptPart> Format(IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        List<PromptPart> parts = [];
        var system = string.Empty;
        foreach (var message in messages)
        {
            if (message.Role is "system" or "developer")
            {
                system += $"{message.Content.Trim()}\n\n";
                continue;
            }

            var role = message.Role switch
            {
                "user" => "user",
                "assistant" or "model" => "model",
                _ => throw new FormatException($"The chat template of this model has no role '{message.Role}'; give system, user or assistant."),
            };
            var opening = string.Equals(role, "user", StringComparison.Ordinal) ? system : string.Empty;
            system = opening.Length > 0 ? string.Empty : system;
            parts.AddRange(
                [PromptPart.Control(Start), PromptPart.Plain($"{role}\n{opening}{message.Content.Trim()}"), PromptPart.Control(End), PromptPart.Plain("\n")]);
        }

        if (system.Length > 0)
        {
            throw new FormatException("A message of the user must follow the last system message in the chat template of this model.");
        }

        parts.AddRange([PromptPart.Control(Start), PromptPart.Plain("model\n")]);
        return parts;
    }
}
