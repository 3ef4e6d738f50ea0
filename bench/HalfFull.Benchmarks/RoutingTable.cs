using System.Diagnostics;
using System.Globalization;
using HalfFull.Policies;
using HalfFull.Routing;
using HalfFull.Routing.Prefix;
using HalfFull.Simulation;

namespace HalfFull.Benchmarks;

/// <summary>What a routing decision costs: every router with 64 and 1,000 replicas, SAL with prefix hits from the index, the index itself, and ten million prefixes in it.</summary>
internal static class RoutingTable
{
    private const int Rounds = 301;
    private const int WarmUps = 200;
    private const int UnitTokens = 512;
    private const int LongPrompt = 100_000;

    // Shorter than a time slice, so that on a busy machine most rounds are not interrupted and their median holds.
    private static readonly TimeSpan RoundTime = TimeSpan.FromMilliseconds(0.3);
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromMilliseconds(300);

    /// <summary>Prints Markdown tables.</summary>
    /// <param name="args">Nothing, or another number of prefixes than ten million, for a trial.</param>
    /// <param name="output">Where to print.</param>
    internal static int Run(string[] args, TextWriter output)
    {
        var prefixes = 10_000_000;
        if (args.Length > 1 || (args.Length == 1 && !(int.TryParse(args[0], NumberStyles.None, CultureInfo.InvariantCulture, out prefixes) && prefixes > 0)))
        {
            output.WriteLine($"'{string.Join(' ', args)}' is not a number of prefixes; give one that is at least 1, or nothing.");
            return 2;
        }

        output.WriteLine(Machine.Describe());
        output.WriteLine("Command: dotnet run -c Release --project bench/HalfFull.Benchmarks -- routing");
        output.WriteLine();
        output.WriteLine("| router | 64 replicas, ns | 1,000 replicas, ns | allocated, bytes |");
        output.WriteLine("|---|--:|--:|--:|");
        foreach (var router in PolicyCatalogs.Routers.Entries.Select(static entry => entry.Name))
        {
            var (few, many) = (Decision(router, 64), Decision(router, 1000));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {router} | {few.Nanoseconds:N0} | {many.Nanoseconds:N0} | {few.Bytes + many.Bytes} |"));
        }

        output.WriteLine();
        output.WriteLine("| operation, 64 replicas | ns |");
        output.WriteLine("|---|--:|");
        Print(output, "match of a 100,000-token prompt, units of 512, four lengths held by eight replicas", Match(UnitTokens, holders: 8, lengths: 4));
        Print(output, "the same, units of 16", Match(16, holders: 8, lengths: 4));
        Print(output, "the same, units of 512, 64 lengths held by 64 replicas", Match(UnitTokens, holders: 64, lengths: 64));
        Print(output, "the same, units of 16, 64 lengths held by 64 replicas", Match(16, holders: 64, lengths: 64));
        Print(output, "SAL with prefix hits: match, 64 views and the decision, units of 512", SalWithHits());
        output.WriteLine();
        Fill(output, prefixes);
        return 0;
    }

    private static void Print(TextWriter output, string what, double nanoseconds) =>
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {nanoseconds:N0} |"));

    private static (double Nanoseconds, long Bytes) Decision(string name, int count)
    {
        var router = PolicyCatalogs.Routers.Create(PolicySpec.Parse(name), new Rng(1), new RouterSeed(1));
        var candidates = Fleets.Views(count);
        Request[] requests = [.. Enumerable.Range(0, 1024).Select(static id => new Request(id, TimeSpan.Zero, 100 + id, 1000) { Session = "session-1234" })];
        var next = 0;
        for (var i = 0; i < WarmUps; i++)
        {
            Decide();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Decide();
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        return (Median(Decide), bytes);

        void Decide()
        {
            next = (next + 1) & 1023;
            router.Choose(new RouteRequest(requests[next], TimeSpan.FromSeconds(1)), candidates, default);
        }
    }

    private static double Match(int unit, int holders, int lengths)
    {
        var chain = Chain(7, LongPrompt / unit);
        var index = Index(holders, lengths, chain);
        var units = new int[64];
        return Median(() => index.Match(chain, 0, units));
    }

    private static double SalWithHits()
    {
        var chain = Chain(7, LongPrompt / UnitTokens);
        var hits = new PrefixHits();
        var request = new RouteRequest(new Request(1, TimeSpan.Zero, LongPrompt, 1000) { PrefixHashes = chain, PrefixUnitTokens = UnitTokens }, TimeSpan.FromSeconds(1));
        for (var replica = 0; replica < 64; replica++)
        {
            var part = request.Request with { PrefixHashes = replica < 8 ? chain.AsMemory(0, chain.Length * (1 + (replica % 4)) / 4) : Chain(1000 + replica, 100) };
            hits.Dispatched(request with { Request = part }, replica, epoch: 0);
        }

        var router = PolicyCatalogs.Routers.Create(PolicySpec.Parse("sal"), new Rng(1), new RouterSeed(1));
        var candidates = Fleets.Views(64);
        return Median(() =>
        {
            hits.Look(request);
            for (var i = 0; i < candidates.Length; i++)
            {
                candidates[i] = candidates[i] with { CachedPromptTokens = hits.Tokens(i, epoch: 0) };
            }

            router.Choose(request, candidates, default);
        });
    }

    /// <summary>64 replicas full of other prefixes; some hold part of the chain.</summary>
    private static PrefixIndex Index(int holders, int lengths, long[] chain)
    {
        var index = new PrefixIndex();
        var rng = new Rng(3);
        for (var replica = 0; replica < 64; replica++)
        {
            for (var i = 0; i < 200; i++)
            {
                index.Insert(replica, Chain(rng.NextInt32(int.MaxValue), 400));
            }

            if (replica < holders)
            {
                index.Insert(replica, chain.AsSpan(0, Math.Max(1, chain.Length * (1 + (replica % lengths)) / lengths)));
            }
        }

        return index;
    }

    private static void Fill(TextWriter output, int prefixes)
    {
        var index = new PrefixIndex();
        var chain = new long[10];
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < prefixes; i++)
        {
            // Ten units each, the first of them shared by a thousand prefixes: ten million distinct ends.
            for (var j = 0; j < chain.Length; j++)
            {
                chain[j] = (long)Rng.Mix((ulong)(j == 0 ? i / 1000 : i) + ((ulong)j << 40));
            }

            index.Insert(i % 64, chain);
        }

        var seconds = clock.Elapsed.TotalSeconds;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{prefixes:N0} distinct prefixes of 10 units over 64 replicas: {index.Bytes / 1e6:N0} MB ({index.Bytes / 64 / 1024.0 / 1024:N2} MiB a replica, bound {PrefixIndex.StandardBytesPerReplica / 1024.0 / 1024:N0} MiB), {index.DistinctUnits:N0} units kept, {1e9 * seconds / prefixes:N0} ns an insertion; {Machine.PeakResidentMegabytes():N0} MB resident at most."));
    }

    /// <summary>Median over rounds of the mean time of an operation, nanoseconds.</summary>
    private static double Median(Action operation)
    {
        var shortest = TimeSpan.MaxValue;
        for (var warm = Stopwatch.StartNew(); warm.Elapsed < WarmUpTime;)
        {
            var start = warm.Elapsed;
            operation();
            var took = warm.Elapsed - start;
            shortest = took < shortest ? took : shortest;
        }

        var count = (int)Math.Clamp(RoundTime / TimeSpan.FromTicks(Math.Max(1, shortest.Ticks)), 1, 5000);
        var rounds = new double[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < count; i++)
            {
                operation();
            }

            rounds[round] = clock.Elapsed.TotalNanoseconds / count;
        }

        Array.Sort(rounds);
        return rounds[Rounds / 2];
    }

    private static long[] Chain(int seed, int units) => [.. Enumerable.Range(0, units).Select(unit => (long)Rng.Mix(((ulong)(uint)seed << 32) + (ulong)unit))];
}
