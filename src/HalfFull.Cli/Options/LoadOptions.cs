using System.CommandLine;
using HalfFull.Load.Plans;
using HalfFull.Metrics;
using HalfFull.Simulation.Workloads;
using HalfFull.Simulation.Workloads.Arrivals;

namespace HalfFull.Cli.Options;

/// <summary>Options that say what is sent to a server, and what of it is measured.</summary>
internal sealed class LoadOptions
{
    private static readonly TimeSpan DefaultDuration = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan DefaultPause = TimeSpan.FromMilliseconds(100);

    // Timers cannot wait much longer, and nobody does.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1_000);

    private readonly TrafficOptions traffic = new(onFleet: false);
    private readonly Option<double?> burstiness = NumberOption.OptionalPositive(
        "--burstiness", "B", 1_000, "Gamma arrivals of this shape: 1 is Poisson, less is burstier, more is steadier");

    private readonly Option<Ramp?> ramp = TextOption.Of("--ramp", "A..B", Ramp.Parse, "Rate that goes from A to B requests/s over --duration");
    private readonly Option<long?> concurrency = NumberOption.OptionalWhole(
        "--concurrency", 1, 100_000, "Closed loop: keep N requests in flight instead of sending them when they are due");

    private readonly Option<TimeSpan?> duration = DurationOption.Of("--duration", "Send no request due later [default: 60s of a preset, all of a file]");
    private readonly Option<TimeSpan?> warmup = DurationOption.Of("--warmup", "Do not measure requests scheduled before this [default: 0s]");
    private readonly Option<TimeSpan?> cooldown = DurationOption.Of("--cooldown", "Do not measure requests scheduled within this of the end [default: 0s]");
    private readonly Option<TimeSpan?> timeout = DurationOption.Of("--timeout", $"Give up on a request after this [default: {HalfFull.Duration.Format(DefaultTimeout)}]");
    private readonly Option<double> cancelRate = NumberOption.Share("--cancel-rate", 0, "Share of requests that the client cancels after a random number of tokens");
    private readonly Option<double> slowReaders = NumberOption.Share("--slow-readers", 0, "Share of requests whose client reads slowly; not in latency figures");
    private readonly Option<TimeSpan?> slowPause = DurationOption.Of("--slow-reader-pause", $"How long a slow reader pauses between reads [default: {HalfFull.Duration.Format(DefaultPause)}]");
    private readonly Option<int> turns = NumberOption.Whole("--turns", 1, 1, 1_000, "Requests of each session; further turns send the conversation so far");
    private readonly Option<TimeSpan?> thinkTime = DurationOption.Of("--think-time", "From the end of an answer to the next turn [default: 0s]");
    private readonly Option<bool> unary = new("--unary") { Description = "Ask for whole responses instead of streams: no TTFT, TPOT and ITL" };
    private readonly Option<int> seed = NumberOption.Whole("--seed", 1, 0, int.MaxValue, "Seed of arrivals, lengths, prompts and cancellations");
    private readonly Option<Slo?> slo = TextOption.Of(
        "--slo", "ttft=2s,...", Slo.Parse, "Bounds that a request must meet to count as good: ttft, tpot, e2e, such as ttft=2s,tpot=100ms");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        traffic.AddTo(command);
        foreach (var option in (ReadOnlySpan<Option>)[
            burstiness, ramp, concurrency, duration, warmup, cooldown, timeout, cancelRate, slowReaders, slowPause, turns, thinkTime, unary, seed, slo])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Seed of the run.</summary>
    public ulong Seed(ParseResult parsed) => (ulong)parsed.GetValue(seed);

    /// <summary>Whether the run is a closed loop.</summary>
    public bool IsClosed(ParseResult parsed) => parsed.GetValue(concurrency) is not null;

    /// <summary>Whether any option sets the rate over time.</summary>
    public bool SetsRate(ParseResult parsed) => traffic.SetsRate(parsed) || parsed.GetValue(ramp) is not null;

    /// <summary>How requests arrive, in one word.</summary>
    public string Arrivals(ParseResult parsed) => parsed.GetValue(concurrency) is not null ? "closed"
        : parsed.GetValue(ramp) is not null ? "ramp"
        : Gaps(parsed) switch
        {
            null => "trace",
            ConstantGaps => "constant",
            { Cv: 1 } => "poisson",
            GammaGaps => "gamma",
            _ => "renewal",
        };

    /// <summary>The length asked for; null for none.</summary>
    public TimeSpan? Duration(ParseResult parsed) => parsed.GetValue(duration);

    /// <summary>The bounds asked for.</summary>
    public Slo SloOf(ParseResult parsed) => parsed.GetValue(slo) ?? Slo.None;

    /// <summary>The workload of a seed, at another rate if one is given.</summary>
    public Workload Open(ParseResult parsed, ulong ofSeed, TimeSpan? length, double? requestsPerSecond = null) =>
        traffic.Open(parsed, ofSeed, options =>
        {
            var changed = Change(parsed, options, length);
            return requestsPerSecond is null ? changed : changed with { RequestsPerSecond = requestsPerSecond, RateScale = null };
        });

    /// <summary>The plan.</summary>
    /// <exception cref="FormatException">Two options contradict each other; the message names them.</exception>
    public LoadPlan Plan(ParseResult parsed)
    {
        Check(parsed);
        var length = parsed.GetValue(duration) ?? (traffic.IsPreset(parsed) && !traffic.HasLimit(parsed) ? DefaultDuration : null);
        CheckWindow(parsed, length);
        return new LoadPlan
        {
            Workload = Open(parsed, Seed(parsed), length),
            Concurrency = (int?)parsed.GetValue(concurrency),
            Ramp = parsed.GetValue(ramp),
            Duration = length,
            WarmUp = parsed.GetValue(warmup) ?? TimeSpan.Zero,
            CoolDown = parsed.GetValue(cooldown) ?? TimeSpan.Zero,
            CancelRate = parsed.GetValue(cancelRate),
            SlowReaderRate = parsed.GetValue(slowReaders),
            SlowReaderPause = parsed.GetValue(slowPause) ?? DefaultPause,
            Turns = parsed.GetValue(turns),
            ThinkTime = parsed.GetValue(thinkTime) ?? TimeSpan.Zero,
            Unary = parsed.GetValue(unary),
            Timeout = parsed.GetValue(timeout) ?? DefaultTimeout,
            Seed = Seed(parsed),
            Slo = SloOf(parsed),
        };
    }

    private IGapDistribution? Gaps(ParseResult parsed) =>
        parsed.GetValue(burstiness) is { } shape ? new GammaGaps(1 / Math.Sqrt(shape)) : traffic.Arrivals(parsed);

    private WorkloadOptions Change(ParseResult parsed, WorkloadOptions options, TimeSpan? length)
    {
        var gaps = Gaps(parsed);
        if (parsed.GetValue(ramp) is { } change)
        {
            options = options with { RequestsPerSecond = change.MeanRequestsPerSecond };
            gaps ??= GammaGaps.Poisson;
        }

        // What ends a run of a preset is its length, unless a number of requests is given.
        var endless = length is not null && options.Limit is null && traffic.IsPreset(parsed);
        return options with { Arrivals = gaps, Limit = endless ? int.MaxValue : options.Limit };
    }

    private void Check(ParseResult parsed)
    {
        if (parsed.GetValue(concurrency) is not null && (SetsRate(parsed) || Gaps(parsed) is not null))
        {
            throw new FormatException("--concurrency is a closed loop, which has no arrival rate; leave out --rate, --rate-scale, --arrivals, --burstiness and --ramp.");
        }

        if (parsed.GetValue(ramp) is not null && (traffic.SetsRate(parsed) || parsed.GetValue(duration) is null))
        {
            throw new FormatException("--ramp sets the rate over a time: give --duration with it, and neither --rate nor --rate-scale.");
        }

        if (parsed.GetValue(burstiness) is not null && traffic.Arrivals(parsed) is not null)
        {
            throw new FormatException("Give only one of --burstiness and --arrivals: each sets how requests arrive.");
        }

        if (parsed.GetValue(concurrency) is not null && parsed.GetValue(cooldown) > TimeSpan.Zero && parsed.GetValue(duration) is null)
        {
            throw new FormatException("--cooldown in a closed loop needs --duration: without it nobody knows when the run will end.");
        }

        if (parsed.GetValue(unary) && (SloOf(parsed).Ttft ?? SloOf(parsed).Tpot) is not null)
        {
            throw new FormatException($"--slo {SloOf(parsed)}: a whole response has no first token and no gaps; with --unary give a bound on e2e only.");
        }

        if (parsed.GetValue(unary) && (parsed.GetValue(cancelRate) > 0 || parsed.GetValue(slowReaders) > 0 || parsed.GetValue(turns) > 1))
        {
            throw new FormatException("--cancel-rate, --slow-readers and --turns need streams; leave out --unary.");
        }

        foreach (var option in (ReadOnlySpan<Option<TimeSpan?>>)[duration, warmup, cooldown, timeout, slowPause, thinkTime])
        {
            if (parsed.GetValue(option) is { } given && (given > Longest || (given == TimeSpan.Zero && (option == timeout || option == duration))))
            {
                throw new FormatException($"{option.Name} {HalfFull.Duration.Format(given)} is not accepted: give more than 0s and at most {HalfFull.Duration.Format(Longest)}.");
            }
        }

        if (parsed.GetValue(thinkTime) is not null && parsed.GetValue(turns) == 1)
        {
            throw new FormatException("--think-time is the pause before a further turn: give --turns with it.");
        }

        if (parsed.GetValue(slowPause) is not null && parsed.GetValue(slowReaders) == 0)
        {
            throw new FormatException("--slow-reader-pause is of slow readers: give --slow-readers with it.");
        }
    }

    /// <summary>Checks that a run of a length leaves something to measure; a run without a length is not known to.</summary>
    /// <exception cref="FormatException">It does not.</exception>
    public void CheckWindow(ParseResult parsed, TimeSpan? length)
    {
        if (length is { } known && (parsed.GetValue(warmup) ?? default) + (parsed.GetValue(cooldown) ?? default) >= known)
        {
            throw new FormatException($"--warmup and --cooldown leave nothing of the {HalfFull.Duration.Format(known)} of the run to measure; give a longer --duration.");
        }
    }
}
