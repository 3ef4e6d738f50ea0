namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>For orders whose keys move with every admission, so that each candidate is looked up anew.</summary>
internal static class FirstWaiting
{
    /// <summary>The first waiting sequence that the present plan has not admitted; null when there is none.</summary>
    internal static Sequence? Of(in EngineSnapshot engine)
    {
        foreach (var sequence in engine.Waiting)
        {
            if (sequence.State == SequenceState.Waiting)
            {
                return sequence;
            }
        }

        return null;
    }
}
