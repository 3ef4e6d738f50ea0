namespace HalfFull.Gateway.Upstream;

/// <summary>Connections without a request, the one used last on top. They are closed after half a minute.</summary>
internal sealed class IdleConnections : IDisposable
{
    private static readonly TimeSpan MostIdle = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly Dictionary<Origin, List<(PlainConnection Connection, long Since)>> origins = [];
    private readonly Timer sweep;
    private bool isDisposed;

    public IdleConnections() =>
        sweep = new Timer(static state => ((IdleConnections)state!).Sweep(), this, MostIdle / 3, MostIdle / 3);

    /// <summary>A connection that can be used, or null.</summary>
    public PlainConnection? Take(Origin origin)
    {
        while (true)
        {
            PlainConnection connection;
            lock (gate)
            {
                if (!origins.TryGetValue(origin, out var list) || list.Count == 0)
                {
                    return null;
                }

                connection = list[^1].Connection;
                list.RemoveAt(list.Count - 1);
            }

            if (connection.IsQuiet)
            {
                return connection;
            }

            connection.Dispose();
        }
    }

    /// <summary>Keeps a connection whose answer has been read to its end.</summary>
    public void Put(PlainConnection connection)
    {
        lock (gate)
        {
            if (!isDisposed)
            {
                if (!origins.TryGetValue(connection.Origin, out var list))
                {
                    origins[connection.Origin] = list = [];
                }

                list.Add((connection, Environment.TickCount64));
                return;
            }
        }

        connection.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        sweep.Dispose();
        lock (gate)
        {
            isDisposed = true;
            foreach (var (connection, _) in origins.Values.SelectMany(list => list))
            {
                connection.Dispose();
            }

            origins.Clear();
        }
    }

    private void Sweep()
    {
        var oldest = Environment.TickCount64 - (long)MostIdle.TotalMilliseconds;
        List<PlainConnection> expired = [];
        lock (gate)
        {
            foreach (var list in origins.Values)
            {
                // The longest idle lie at the front.
                var count = list.FindIndex(entry => entry.Since > oldest);
                count = count < 0 ? list.Count : count;
                expired.AddRange(list.Take(count).Select(entry => entry.Connection));
                list.RemoveRange(0, count);
            }

            foreach (var origin in origins.Where(pair => pair.Value.Count == 0).Select(pair => pair.Key).ToArray())
            {
                origins.Remove(origin);
            }
        }

        foreach (var connection in expired)
        {
            connection.Dispose();
        }
    }
}
