namespace HalfFull.Load.Records;

/// <summary>
/// Answers by when they ended, in slices of time that double in length as the run goes on, so that memory stays flat: what
/// <see cref="ServedWindow"/> is cut from.
/// </summary>
internal sealed class CompletionTimeline
{
    private const int MostSlices = 4096;
    private const int PercentOfAnswers = 95;

    private readonly Slice[] slices = new Slice[MostSlices];
    private long sliceTicks = TimeSpan.TicksPerMillisecond;
    private long measured;
    private bool hasOthers;
    private TimeSpan firstScheduled = TimeSpan.MaxValue;
    private TimeSpan lastScheduled = TimeSpan.MinValue;

    private (TimeSpan From, TimeSpan To)? planned;

    /// <summary>When the first measured request was due; the largest time before there was one.</summary>
    public TimeSpan FirstScheduled => firstScheduled;

    /// <summary>Notes that requests came from one time to another; those are the window's least bounds.</summary>
    public void Planned(TimeSpan from, TimeSpan to) => planned = (from, to);

    /// <summary>Notes a request that has ended, however it ended.</summary>
    /// <param name="record">Its record.</param>
    /// <param name="meetsSlo">Whether it met every bound.</param>
    public void Add(in LoadRecord record, bool meetsSlo)
    {
        if (record.IsMeasured)
        {
            firstScheduled = record.Scheduled < firstScheduled ? record.Scheduled : firstScheduled;
            lastScheduled = record.Scheduled > lastScheduled ? record.Scheduled : lastScheduled;
        }

        if (record.Outcome != LoadOutcome.Completed)
        {
            return;
        }

        hasOthers |= !record.IsMeasured;
        measured += record.IsMeasured ? 1 : 0;
        ref var slice = ref slices[Place(record.End)];
        slice.Measured += record.IsMeasured ? 1 : 0;
        slice.Completed++;
        slice.OutputTokens += record.OutputTokens;
        slice.MeetingSlo += meetsSlo ? 1 : 0;
        slice.LastEnd = record.End > slice.LastEnd ? record.End : slice.LastEnd;
    }

    /// <summary>The window as far as the run has come.</summary>
    public ServedWindow Window()
    {
        if (firstScheduled > lastScheduled)
        {
            return default;
        }

        var (from, to) = planned ?? (firstScheduled, lastScheduled);
        var last = Math.Max(SliceOfAnswers(), (int)Math.Min(to.Ticks / sliceTicks, MostSlices - 1));
        var end = slices[last].LastEnd > to ? slices[last].LastEnd : to;
        var (first, start) = Start(from, end);
        var window = new ServedWindow(end - start, 0, 0, 0);
        for (var i = first; i <= last; i++)
        {
            window = window.With(new ServedWindow(TimeSpan.Zero, slices[i].Completed, slices[i].OutputTokens, slices[i].MeetingSlo));
        }

        return window;
    }

    // Answers to the warm-up may lie in the slice in which the window starts: then it starts with the next one.
    private (int Slice, TimeSpan Start) Start(TimeSpan from, TimeSpan end)
    {
        var slice = (int)Math.Min(from.Ticks / sliceTicks, MostSlices - 1);
        var next = TimeSpan.FromTicks((slice + 1) * sliceTicks);
        return hasOthers && from.Ticks % sliceTicks != 0 && next < end ? (slice + 1, next) : (slice, from);
    }

    private int SliceOfAnswers()
    {
        var left = ((measured * PercentOfAnswers) + 99) / 100; // nearest rank
        var slice = 0;
        while (left > slices[slice].Measured)
        {
            left -= slices[slice].Measured;
            slice++;
        }

        return slice;
    }

    private int Place(TimeSpan end)
    {
        while (end.Ticks / sliceTicks >= MostSlices)
        {
            for (var i = 0; i < MostSlices / 2; i++)
            {
                slices[i] = slices[2 * i].With(slices[(2 * i) + 1]);
            }

            Array.Clear(slices, MostSlices / 2, MostSlices / 2);
            sliceTicks *= 2;
        }

        return (int)(end.Ticks / sliceTicks);
    }

    private struct Slice
    {
        public long Measured;
        public long Completed;
        public long OutputTokens;
        public long MeetingSlo;
        public TimeSpan LastEnd;

        public readonly Slice With(in Slice later) => new()
        {
            Measured = Measured + later.Measured,
            Completed = Completed + later.Completed,
            OutputTokens = OutputTokens + later.OutputTokens,
            MeetingSlo = MeetingSlo + later.MeetingSlo,
            LastEnd = later.LastEnd > LastEnd ? later.LastEnd : LastEnd,
        };
    }
}
