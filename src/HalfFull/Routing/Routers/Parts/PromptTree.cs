using HalfFull.Policies;

namespace HalfFull.Routing.Routers.Parts;

/// <summary>Size of the tree of prompts that a router has sent to one replica.</summary>
internal sealed class PromptTree : IRestorable
{
    /// <summary>Tokens that were not in it when they were sent.</summary>
    public double Tokens { get; set; }

    /// <inheritdoc/>
    public void Save(StateWriter state) => state.Real(Tokens);

    /// <inheritdoc/>
    public void Restore(ref StateReader state) => Tokens = state.Real();
}
