#:project ../src/HalfFull.Simulation/HalfFull.Simulation.csproj
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
#:property NoWarn=$(NoWarn);MA0048

// Prints the tables of src/HalfFull.Simulation/Workloads/Presets, fitted to production traces, and the error of the fit:
//   dotnet run scripts/fit-presets.cs -- ../shared/traces
// The folder holds the traces that docs/workloads.md lists.
using System.Globalization;
using HalfFull.Traces;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var folder = args.Length > 0 ? args[0] : "../shared/traces";
Fit.Chat(Read("azure-2023-conv.csv.gz"));

TraceRow[] Read(string name) => [.. TraceFile.Open(Path.Combine(folder, name)).Rows()];

static class Fit
{
    public static void Chat(TraceRow[] rows)
    {
        Console.WriteLine("== chat");
        Print("Prompt", Knots([.. rows.Select(row => (double)row.PromptTokens)], 16, [0.5, 0.9, 0.99]));
        Bands(rows, 8, 9);
    }

    public static void Bands(TraceRow[] rows, int bands, int knots)
    {
        var sorted = rows.OrderBy(row => row.PromptTokens).ToArray();
        for (var band = 0; band < bands; band++)
        {
            var part = sorted[(band * sorted.Length / bands)..((band + 1) * sorted.Length / bands)];
            Print($"Output {band}", Knots([.. part.Select(row => (double)row.OutputTokens)], knots, [0.5, 0.9, 0.99]));
        }
    }

    // The piecewise log-linear quantile function of a given number of knots that is nearest to the data, by dynamic programming
    // over candidate knots. A point's error is the smaller of its horizontal and its vertical one: at an atom the value is
    // right at many probabilities, in a gap the probability is right at many values.
    public static (double P, double Value)[] Knots(double[] values, int count, double[] forced)
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
                var cost = Cost(values, at[back], at[to]);
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

    public static void Print(string name, (double P, double Value)[] knots) =>
        Console.WriteLine($"{name}: {string.Join(", ", knots.Select(knot => $"({knot.P:0.####}, {knot.Value:0.######})"))}");
}
