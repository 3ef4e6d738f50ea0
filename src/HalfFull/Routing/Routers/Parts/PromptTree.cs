namespace HalfFull.Routing.Routers.Parts;

/// <summary>Size of the tree of prompts that a router has sent to one replica.</summary>
internal sealed class PromptTree
{
    /// <summary>Tokens that were not in it when they were sent.</summary>
    public double Tokens { get; set; }
}
