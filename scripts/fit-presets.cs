#:project ../src/HalfFull.Simulation/HalfFull.Simulation.csproj
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
#:property NoWarn=$(NoWarn);MA0048

// Prints the tables in src/HalfFull.Simulation/Workloads/Presets, fitted to production traces, and then how far each preset is from its trace:
//   dotnet run scripts/fit-presets.cs -- ../shared/traces
// The folder holds the traces that docs/workloads.md lists.
using System.Globalization;
using HalfFull;
using HalfFull.Simulation.Workloads.Arrivals;
using HalfFull.Simulation.Workloads.Presets;
using HalfFull.Traces;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var folder = args.Length > 0 ? args[0] : "../shared/traces";
var traces = new (string Preset, string File, Action<TraceRow[]> Fit)[]
{
    ("chat", "azure-2023-conv.csv.gz", Fit.Chat),
    ("code", "azure-2023-code.csv.gz", Fit.Code),
    ("agent-prefix", "mooncake-conversation.jsonl.gz", Fit.Agent),
    ("multi-tenant", "servegen-m-mid.csv.gz", Fit.Tenants),
    ("reasoning", "servegen-reasoning.csv.gz", Fit.Tenants),
};
foreach (var (preset, file, fit) in traces)
{
    Console.WriteLine($"== {preset} <- {file}");
    fit(Read(file));
}

Console.WriteLine("| preset | figure | trace | preset | error | KS distance |");
Console.WriteLine("|---|---|---|---|---|---|");
foreach (var (preset, file, _) in traces)
{
    if (PresetCatalog.Find(preset) is { } known)
    {
        Error.Report(known, Read(file));
    }
}

TraceRow[] Read(string name) => [.. TraceFile.Open(Path.Combine(folder, name)).Rows()];

static class Fit
{
    private static readonly double[] Forced = [0.5, 0.9, 0.99];

    public static void Chat(TraceRow[] rows)
    {
        Print("Prompt", Knots(Prompts(rows), 20, [.. Forced, 0.998]));
        const int Bands = 8;
        var sorted = rows.OrderBy(row => row.PromptTokens).ToArray();
        for (var band = 0; band < Bands; band++)
        {
            var part = sorted[(band * sorted.Length / Bands)..((band + 1) * sorted.Length / Bands)];
            Print($"Output {band}", Knots(Outputs(part), 9, Forced));
        }
    }

    public static void Code(TraceRow[] rows)
    {
        Print("Prompt", Knots(Prompts(rows), 16, Forced));
        Print("Output", Knots(Outputs(rows), 15, [.. Forced, 0.998]));
        Print("Gaps, us", Knots([.. Gaps(rows).Select(gap => Math.Max(1, Math.Round(gap * 1e6)))], 18, [0.5, 0.9, 0.99, 0.995, 0.998, 0.999]));
    }

    public static void Agent(TraceRow[] rows)
    {
        // A request goes on with the session of the last request that had its last known id, if that is more than the system prompt.
        var last = new Dictionary<long, int>();
        var turn = new int[rows.Length];
        var (added, seconds, first) = (new List<double>(), new List<double>(), new List<double>());
        var edited = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            var ids = rows[i].PrefixHashes.Span;
            var known = 0;
            while (known < ids.Length && last.ContainsKey(ids[known]))
            {
                known++;
            }

            if (known > 1)
            {
                var parent = last[ids[known - 1]];
                var before = rows[parent];
                turn[i] = turn[parent] + 1;
                seconds.Add(Math.Max(1, (rows[i].Arrival - before.Arrival).TotalSeconds));
                if (known < before.PromptTokens / 512)
                {
                    edited++;
                }
                else
                {
                    added.Add(Math.Max(1, rows[i].PromptTokens - before.PromptTokens - before.OutputTokens));
                }
            }
            else
            {
                first.Add(rows[i].PromptTokens);
            }

            foreach (var id in ids)
            {
                last[id] = i;
            }
        }

        var span = rows[^1].Arrival.TotalSeconds;
        Console.WriteLine($"sessions/s {turn.Count(t => t == 0) / span:0.###}, edited {(double)edited / seconds.Count:0.###}");
        Console.WriteLine($"continue {string.Join(", ", Enumerable.Range(0, 10).Select(t => $"{(double)turn.Count(k => k == t + 1) / turn.Count(k => k == t):0.##}"))}");
        Print("FirstPrompt", Knots([.. first], 16, Forced));
        Print("NewTokens", Knots([.. added], 14, [.. Forced, 0.998]));
        Print("Output", Knots(Outputs(rows), 16, Forced));
        Print("TurnSeconds", Knots([.. seconds], 12, Forced));
    }

    public static void Tenants(TraceRow[] rows)
    {
        foreach (var tenant in rows.GroupBy(row => row.Tenant, StringComparer.Ordinal).OrderByDescending(group => group.Count()))
        {
            var own = tenant.ToArray();
            var count = own.Length switch { > 500 => 10, > 100 => 7, > 20 => 5, _ => 3 };
            var (prompts, outputs) = (Prompts(own), Outputs(own));
            double[] probabilities = own.Length == 1 ? [0, 1] : [.. Knots(prompts, count, own.Length switch { > 500 => [0.5, 0.9, 0.99], > 20 => [0.5, 0.9], _ => [0.5] }, outputs).Select(knot => knot.P)];
            var knots = probabilities.Select(p => $"({p:0.###}, {At(prompts, p):0}, {At(outputs, p):0})");
            Console.WriteLine($"new Tenant(\"{tenant.Key}\", {own.Length}, {Family(own)}, {string.Join(", ", knots)}),");
        }
    }

    public static double[] Prompts(TraceRow[] rows) => [.. rows.Select(row => (double)row.PromptTokens).Order()];

    public static double[] Outputs(TraceRow[] rows) => [.. rows.Select(row => (double)row.OutputTokens).Order()];

    public static double[] Gaps(TraceRow[] rows) => [.. rows.Zip(rows.Skip(1), (a, b) => (b.Arrival - a.Arrival).TotalSeconds)];

    public static double At(double[] sorted, double p) => sorted[(int)Math.Round(p * (sorted.Length - 1))];

    // Of gamma and Weibull gaps with the observed variation, the one nearest to the observed gaps.
    private static string Family(TraceRow[] rows)
    {
        if (rows.Length < 20)
        {
            return "Gamma(1)";
        }

        var gaps = Gaps(rows);
        var mean = gaps.Average();
        var cv = Math.Round(Math.Sqrt(gaps.Average(gap => (gap - mean) * (gap - mean))) / mean, 2);
        double[] relative = [.. gaps.Select(gap => gap / mean).Order()];
        var gamma = Error.Ks(relative, Draw(new GammaGaps(cv)));
        var weibull = Error.Ks(relative, Draw(new WeibullGaps(cv)));
        return gamma <= weibull ? $"Gamma({cv})" : $"Weibull({cv})";
    }

    private static double[] Draw(IGapDistribution gaps)
    {
        var rng = new Rng(1);
        return [.. Enumerable.Range(0, 50_000).Select(_ => gaps.Next(rng)).Order()];
    }

    // The piecewise log-linear quantile function of a given number of knots that is nearest to the data, by dynamic programming
    // over candidate knots. A point's error is the smaller of its horizontal and its vertical one: at an atom the value is
    // right at many probabilities, in a gap the probability is right at many values. Two sorted samples can share their knots.
    public static (double P, double Value)[] Knots(double[] values, int count, double[] forced, double[]? second = null)
    {
        Array.Sort(values);
        var last = values.Length - 1;
        var at = Candidates(forced).Select(p => (int)Math.Round(p * last)).Distinct().ToArray();
        var must = forced.Select(p => (int)Math.Round(p * last)).ToHashSet();
        count = Math.Min(count, at.Length);
        var best = new double[count, at.Length];
        var from = new int[count, at.Length];
        for (var to = 0; to < at.Length; to++)
        {
            for (var k = 0; k < count; k++)
            {
                best[k, to] = to == 0 && k == 0 ? 0 : double.PositiveInfinity;
            }

            for (var back = to - 1; back >= 0; back--)
            {
                var cost = Cost(values, at[back], at[to]) + (second is null ? 0 : Cost(second, at[back], at[to]));
                for (var k = 1; k < count; k++)
                {
                    if (best[k - 1, back] + cost < best[k, to])
                    {
                        (best[k, to], from[k, to]) = (best[k - 1, back] + cost, back);
                    }
                }

                if (must.Contains(at[back]))
                {
                    break;
                }
            }
        }

        var knots = new List<(double, double)>();
        for (var (k, i) = (count - 1, at.Length - 1); ; (k, i) = (k - 1, from[k, i]))
        {
            knots.Insert(0, ((double)at[i] / last, values[at[i]]));
            if (i == 0)
            {
                return [.. knots];
            }
        }
    }

    private static IEnumerable<double> Candidates(double[] forced) =>
        Enumerable.Range(0, 201).Select(i => i / 200.0).Concat([0.001, 0.002, 0.0025, 0.9925, 0.9975, 0.998, 0.999]).Concat(forced).Order().Distinct();

    private static double Cost(double[] values, int from, int to)
    {
        var (a, b) = (Math.Log(values[from]), Math.Log(values[to]));
        var step = Math.Max(1, values.Length / 1000);
        var sum = 0.0;
        for (var i = from + 1; i < to; i += step)
        {
            var fitted = a + ((b - a) * (i - from) / (to - from));
            var vertical = Math.Abs(fitted - Math.Log(values[i])) / 0.05;
            var horizontal = Math.Abs(Rank(values, Math.Exp(fitted), i) - i) / (double)values.Length / 0.005;
            sum += Math.Pow(Math.Min(vertical, horizontal), 2) * step / values.Length;
        }

        return sum;
    }

    // The rank nearest to i at which the data take the value.
    private static double Rank(double[] values, double value, int i)
    {
        var first = Below(values, value);
        var next = Below(values, Math.BitIncrement(value));
        return Math.Clamp(i, first, Math.Max(first, next - 1));
    }

    private static int Below(double[] values, double value)
    {
        var (low, high) = (0, values.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = values[middle] < value ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static void Print(string name, (double P, double Value)[] knots) =>
        Console.WriteLine($"{name}: {string.Join(", ", knots.Select(knot => $"({knot.P:0.####}, {knot.Value:0.######})"))}");
}

static class Error
{
    // As many rows as the trace has, for each of some seeds: the mean of each figure over the seeds.
    private const int Seeds = 20;

    public static void Report(Preset preset, TraceRow[] trace)
    {
        var samples = Enumerable.Range(1, Seeds).Select(seed => preset.Rows((ulong)seed).Take(trace.Length).ToArray()).ToArray();
        Lengths(preset.Name, "prompt", Fit.Prompts(trace), [.. samples.Select(Fit.Prompts)]);
        Lengths(preset.Name, "output", Fit.Outputs(trace), [.. samples.Select(Fit.Outputs)]);
        var statistics = samples.Select(rows => TraceStatistics.Of(rows)).ToArray();
        var truth = TraceStatistics.Of(trace);
        Line(preset.Name, "requests/s", truth.RequestsPerSecond, statistics.Average(s => s.RequestsPerSecond), null);
        Line(preset.Name, "arrival CV", truth.ArrivalCv!.Value, statistics.Average(s => s.ArrivalCv!.Value), Ks(Relative(trace), [.. samples.SelectMany(Relative).Order()]));
        Line(preset.Name, "counts in 60 s: variance/mean", Dispersion(trace), samples.Average(Dispersion), null);
        if (truth.PrefixReuse is { } reuse)
        {
            Line(preset.Name, "prefix reuse", reuse, statistics.Average(s => s.PrefixReuse!.Value), null);
        }
    }

    public static double Ks(double[] a, double[] b)
    {
        var (i, j, worst) = (0, 0, 0.0);
        while (i < a.Length && j < b.Length)
        {
            var value = Math.Min(a[i], b[j]);
            while (i < a.Length && a[i] <= value)
            {
                i++;
            }

            while (j < b.Length && b[j] <= value)
            {
                j++;
            }

            worst = Math.Max(worst, Math.Abs(((double)i / a.Length) - ((double)j / b.Length)));
        }

        return worst;
    }

    private static void Lengths(string preset, string what, double[] trace, double[][] samples)
    {
        double[] all = [.. samples.SelectMany(sample => sample).Order()];
        Line(preset, $"{what} mean", trace.Average(), all.Average(), Ks(trace, all));
        foreach (var p in (double[])[0.5, 0.9, 0.99])
        {
            Line(preset, $"{what} p{p * 100:0}", Fit.At(trace, p), Fit.At(all, p), null);
        }
    }

    private static double[] Relative(TraceRow[] rows)
    {
        var gaps = Fit.Gaps(rows);
        var mean = gaps.Average();
        return [.. gaps.Select(gap => gap / mean).Order()];
    }

    private static double Dispersion(TraceRow[] rows)
    {
        var windows = (int)(rows[^1].Arrival.TotalSeconds / 60);
        var counts = new double[Math.Max(1, windows)];
        foreach (var row in rows)
        {
            var window = (int)(row.Arrival.TotalSeconds / 60);
            if (window < windows)
            {
                counts[window]++;
            }
        }

        var mean = counts.Average();
        return counts.Average(count => (count - mean) * (count - mean)) / mean;
    }

    private static void Line(string preset, string what, double trace, double fitted, double? ks) =>
        Console.WriteLine($"| {preset} | {what} | {trace:0.###} | {fitted:0.###} | {(fitted / trace - 1) * 100:+0.0;-0.0;0.0}% | {ks:0.000} |");
}
