using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace HalfFull.Cli.Output;

/// <summary>A gateway at a glance: as tables for a terminal, as a line for anything else. What nobody knows is a dash.</summary>
internal sealed class WatchView(Uri gateway)
{
    private const int MostQueued = 5;
    private const int MostDecisions = 8;
    private const int RateSamples = 5;
    private const string Unknown = "–";

    private readonly Queue<(double Now, Dictionary<int, double> Tokens)> samples = [];
    private readonly List<string[]> decisions = [];

    /// <summary>One line.</summary>
    public string Line(JsonElement state)
    {
        var rates = Rates(state);
        var replicas = Replicas(state);
        var latency = state.GetProperty("latency").GetProperty("now");
        var states = string.Join(", ", replicas.GroupBy(replica => Text(replica, "state"), StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => Invariant($"{group.Count()} {group.Key}")));
        return Invariant($"{state.GetProperty("uptimeSeconds").GetDouble():0} s  replicas {(states.Length > 0 ? states : "none")}  running {Sum(replicas, "running")}  queue {state.GetProperty("waiting").GetInt64()}  ")
            + $"{Rate(rates.Count > 0 ? rates.Values.Sum() : null)} tokens/s  TTFT p50 {Seconds(latency, "ttftP50")} p99 {Seconds(latency, "ttftP99")}  TPOT p50 {Seconds(latency, "tpotP50")}";
    }

    /// <summary>The whole glance.</summary>
    public IRenderable Glance(JsonElement state)
    {
        var rates = Rates(state);
        var replicas = Replicas(state);
        Remember(state, replicas);
        var (now, hour) = (state.GetProperty("latency").GetProperty("now"), state.GetProperty("latency").GetProperty("hour"));
        var parts = new List<IRenderable>
        {
            new Text(Invariant($"{gateway}  router {Text(state, "router")}, queue {Text(state, "queue")}, up {state.GetProperty("uptimeSeconds").GetDouble():0} s, {state.GetProperty("waiting").GetInt64()} wait")),
            new Text($"TTFT p50 {Seconds(now, "ttftP50")}, p99 {Seconds(now, "ttftP99")} (hour {Seconds(hour, "ttftP50")}, {Seconds(hour, "ttftP99")})   "
                + $"TPOT p50 {Seconds(now, "tpotP50")}, p99 {Seconds(now, "tpotP99")} (hour {Seconds(hour, "tpotP50")}, {Seconds(hour, "tpotP99")})"),
            ReplicaTable(replicas, rates),
        };
        if (state.GetProperty("next").GetArrayLength() > 0)
        {
            parts.Add(QueueTable(state));
        }

        if (decisions.Count > 0)
        {
            parts.Add(Table(["request", "went to", "waited", "why"], decisions, leftFrom: 3));
        }

        return new Rows(parts);
    }

    private static Table ReplicaTable(JsonElement[] replicas, Dictionary<int, double> rates)
    {
        var rows = replicas.Select(replica =>
        {
            double? rate = rates.TryGetValue(replica.GetProperty("id").GetInt32(), out var known) ? known : null;
            var running = Number(replica, "running");
            return new[]
            {
                Text(replica, "name"), Text(replica, "state"), Count(running), Count(Number(replica, "waiting")),
                Number(replica, "kvUsage") is { } share ? Figures.Percent(share) : Unknown,
                Count(Number(replica, "inFlightTokens")),
                Count(Number(replica, "kvUsage") * Number(replica, "kvCapacityTokens")),
                Rate(rate),
                rate > 0 && running > 0 && Number(replica, "queuedPrefillTokens") is 0 ? Figures.Seconds(running.Value / rate.Value) : Unknown,
                Count(Number(replica, "failures")),
            };
        });
        return Table(["replica", "state", "running", "waiting", "KV", "ledger", "reported", "tokens/s", "step ≈", "failed"], rows);
    }

    private static Table QueueTable(JsonElement state) => Table(["queue", "place", "age", "prompt tokens", "tenant"], state.GetProperty("next").EnumerateArray().Take(MostQueued).Select(next => new[]
    {
        $"#{next.GetProperty("id").GetInt64().ToString(CultureInfo.InvariantCulture)}", Count(Number(next, "position")), Seconds(next, "ageSeconds"), Count(Number(next, "promptTokens")), Text(next, "tenant"),
    }));

    private static Table Table(string[] heads, IEnumerable<string[]> rows, int leftFrom = int.MaxValue)
    {
        var table = PlainTable.Of(heads);
        for (var i = leftFrom; i < heads.Length; i++)
        {
            table.Columns[i].LeftAligned();
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(static cell => new Text(cell)));
        }

        return table;
    }

    private void Remember(JsonElement state, JsonElement[] replicas)
    {
        foreach (var decision in state.GetProperty("decisions").EnumerateArray())
        {
            var chosen = decision.GetProperty("replica").GetInt32();
            var name = replicas.Where(replica => replica.GetProperty("id").GetInt32() == chosen).Select(replica => Text(replica, "name")).FirstOrDefault();
            decisions.Insert(0,
            [
                $"#{decision.GetProperty("id").GetInt64().ToString(CultureInfo.InvariantCulture)}", name ?? Text(decision, "decision"), Seconds(decision, "waitedSeconds"), Text(decision, "reason"),
            ]);
        }

        decisions.RemoveRange(Math.Min(MostDecisions, decisions.Count), Math.Max(0, decisions.Count - MostDecisions));
    }

    /// <summary>Tokens per second by replica over the last few seconds.</summary>
    private Dictionary<int, double> Rates(JsonElement state)
    {
        var now = state.GetProperty("uptimeSeconds").GetDouble();
        if (samples.Count > 0 && samples.Last().Now > now)
        {
            // Another run of the gateway.
            samples.Clear();
            decisions.Clear();
        }

        var tokens = Replicas(state).ToDictionary(replica => replica.GetProperty("id").GetInt32(), replica => Number(replica, "outputTokens") ?? 0);
        var rates = new Dictionary<int, double>();
        foreach (var (id, count) in tokens)
        {
            if (samples.Where(sample => sample.Tokens.ContainsKey(id) && sample.Now < now).Select(sample => ((double, Dictionary<int, double>)?)sample).FirstOrDefault() is var (then, before))
            {
                rates[id] = Math.Max(0, count - before[id]) / (now - then);
            }
        }

        samples.Enqueue((now, tokens));
        while (samples.Count > RateSamples)
        {
            samples.Dequeue();
        }

        return rates;
    }

    private static JsonElement[] Replicas(JsonElement state) => [.. state.GetProperty("replicas").EnumerateArray()];

    private static string Sum(JsonElement[] replicas, string name) =>
        replicas.Any(replica => Number(replica, name) is not null) ? Count(replicas.Sum(replica => Number(replica, name) ?? 0)) : Unknown;

    private static double? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    /// <summary>A text as it may be printed: what clients and servers name themselves must not steer a terminal.</summary>
    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.GetString() is { Length: > 0 } text ? string.Concat(text.Select(static c => char.IsControl(c) ? '?' : c)) : Unknown;

    private static string Count(double? value) => value is { } known ? Figures.Count((long)Math.Round(known)) : Unknown;

    private static string Rate(double? value) => value is { } known ? Figures.Three(known) : Unknown;

    private static string Seconds(JsonElement element, string name) => Number(element, name) is { } known ? Figures.Seconds(known) : Unknown;

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
