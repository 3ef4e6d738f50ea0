using HalfFull.Policies;
using HalfFull.Scheduling;

namespace HalfFull.Traces.Decisions;

/// <summary>The front scheduler whose calls are logged.</summary>
/// <param name="front">The scheduler, to save its state.</param>
internal sealed class LoggedPolicy(FrontScheduler front)
{
    private readonly StateWriter saved = new();

    /// <summary>Whether it was called: from then on it is not as it was made.</summary>
    public bool WasCalled { get; set; }

    /// <summary>Whether a log names it.</summary>
    public bool IsNamed { get; set; }

    /// <summary>Writes what it is, and the state it is in.</summary>
    public void Write(StateWriter to)
    {
        FrontCodec.Write(to, front.Settings);
        saved.Clear();
        if (WasCalled && front.CanSave)
        {
            front.Save(saved);
        }

        to.Byte((byte)(!WasCalled ? PolicyStart.Fresh : front.CanSave ? PolicyStart.Saved : PolicyStart.Unsaved));
        to.Bytes(saved.Written);
    }
}
