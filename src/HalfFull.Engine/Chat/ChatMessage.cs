namespace HalfFull.Engine.Chat;

/// <summary>One message of a chat.</summary>
/// <param name="Role">Who speaks: system, user, assistant, or another that the template knows.</param>
/// <param name="Content">What is said.</param>
public sealed record ChatMessage(string Role, string Content);
