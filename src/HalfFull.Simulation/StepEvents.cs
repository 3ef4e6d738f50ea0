namespace HalfFull.Simulation;

/// <summary>The next event of each replica (the end of its step in flight, or a wake-up), ordered by time, then by replica: at most one for each.</summary>
internal sealed class StepEvents
{
    private readonly TimeSpan[] times;
    private readonly int[] heap;
    private readonly int[] placeOf;
    private int count;

    internal StepEvents(int replicas)
    {
        times = new TimeSpan[replicas];
        heap = new int[replicas];
        placeOf = new int[replicas];
        Array.Fill(placeOf, -1);
    }

    /// <summary>Whether any replica has an event.</summary>
    internal bool Any => count > 0;

    /// <summary>Replica of the earliest event.</summary>
    internal int First => heap[0];

    /// <summary>Time of the earliest event.</summary>
    internal TimeSpan FirstTime => times[heap[0]];

    /// <summary>Whether the replica has an event.</summary>
    internal bool Has(int replica) => placeOf[replica] >= 0;

    /// <summary>Time of a replica's event, which it has.</summary>
    internal TimeSpan TimeOf(int replica) => times[replica];

    /// <summary>Sets the time of a replica's event, adding it where there is none.</summary>
    internal void Set(int replica, TimeSpan time)
    {
        times[replica] = time;
        var place = placeOf[replica];
        if (place < 0)
        {
            place = count++;
        }

        Down(Up(place, replica), replica);
    }

    /// <summary>Removes a replica's event.</summary>
    internal void Remove(int replica)
    {
        var place = placeOf[replica];
        placeOf[replica] = -1;
        var last = heap[--count];
        if (last != replica)
        {
            Down(Up(place, last), last);
        }
    }

    private bool Before(int a, int b) => times[a] != times[b] ? times[a] < times[b] : a < b;

    private int Up(int place, int replica)
    {
        while (place > 0 && Before(replica, heap[(place - 1) / 2]))
        {
            Put(place, heap[(place - 1) / 2]);
            place = (place - 1) / 2;
        }

        Put(place, replica);
        return place;
    }

    private void Down(int place, int replica)
    {
        for (var child = (2 * place) + 1; child < count; child = (2 * place) + 1)
        {
            if (child + 1 < count && Before(heap[child + 1], heap[child]))
            {
                child++;
            }

            if (!Before(heap[child], replica))
            {
                break;
            }

            Put(place, heap[child]);
            place = child;
        }

        Put(place, replica);
    }

    private void Put(int place, int replica)
    {
        heap[place] = replica;
        placeOf[replica] = place;
    }
}
