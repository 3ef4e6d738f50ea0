namespace HalfFull.Engine.Chat;

/// <summary>
/// The chat templates that are known. A model's own template is a program; it is not run, but recognised by the control tokens that only one family uses.
/// </summary>
public static class ChatTemplates
{
    private static readonly IChatTemplate[] Known = [new ChatMl(), new Llama3(), new Mistral(), new Gemma()];

    /// <summary>Names of the known templates.</summary>
    public static IEnumerable<string> Names => Known.Select(template => template.Name);

    /// <summary>The template of a name.</summary>
    /// <exception cref="FormatException">There is none of that name.</exception>
    public static IChatTemplate Named(string name) => Array.Find(Known, template => string.Equals(template.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new FormatException($"'{name}' is no chat template that is known: give {string.Join(", ", Names)}.");

    /// <summary>The template that a model's own program belongs to; null when it is none of the known.</summary>
    public static IChatTemplate? Detect(string program)
    {
        ArgumentNullException.ThrowIfNull(program);
        bool Has(string token) => program.Contains(token, StringComparison.Ordinal);

        // Llama 2 and the later Mistral forms use [INST] too, but write system messages in another way.
        var name = Has("<|im_start|>") ? "chatml"
            : Has("<|start_header_id|>") ? "llama-3"
            : Has("<start_of_turn>") ? "gemma"
            : Has("[INST]") && !Has("<<SYS>>") && !Has("[SYSTEM_PROMPT]") ? "mistral"
            : null;
        return name is null ? null : Named(name);
    }
}
