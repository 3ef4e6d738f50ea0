namespace HalfFull.Load.OpenAi;

/// <summary>Which of the two text APIs is called.</summary>
public enum ApiKind
{
    /// <summary><c>POST /v1/chat/completions</c>.</summary>
    Chat,

    /// <summary><c>POST /v1/completions</c>.</summary>
    Completions,
}
