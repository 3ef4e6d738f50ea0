using System.Globalization;
using System.Numerics;
using HalfFull.Simulation.Workloads.Presets;
using HalfFull.Traces;

namespace HalfFull.Simulation.Workloads;

/// <summary>A trace or preset with the changes of <see cref="WorkloadOptions"/>, played as jobs.</summary>
public sealed class Workload : IWorkload
{
    private readonly Func<IEnumerable<TraceRow>> rows;
    private readonly TraceExtent extent;
    private readonly double sourceRate;
    private readonly WorkloadOptions options;

    private Workload(Func<IEnumerable<TraceRow>> rows, TraceExtent extent, double sourceRate, WorkloadOptions options)
    {
        this.rows = rows;
        this.extent = extent;
        this.sourceRate = sourceRate;
        this.options = options;
        RateScale = ChooseRateScale();
        OutputLimit = options.MaxOutputTokens ?? Math.Max(WorkloadOptions.DefaultMaxOutputTokens, RoundUpToPowerOfTwo(LongestOutputTokens));
    }

    /// <inheritdoc/>
    public required string Name { get; init; }

    /// <inheritdoc/>
    public required string Sha256 { get; init; }

    /// <inheritdoc/>
    public long Requests => Math.Min(extent.Rows, options.Limit ?? long.MaxValue);

    /// <inheritdoc/>
    public double RequestsPerSecond => sourceRate > 0 ? sourceRate * RateScale : options.Arrivals is null ? 0 : options.RequestsPerSecond ?? 0;

    /// <inheritdoc/>
    public double RateScale { get; }

    /// <inheritdoc/>
    public int OutputLimit { get; }

    /// <inheritdoc/>
    public int LongestPromptTokens => options.PromptTokens?.Max ?? extent.LongestPromptTokens;

    /// <inheritdoc/>
    public int LongestOutputTokens => options.OutputTokens?.Max ?? extent.LongestOutputTokens;

    /// <summary>Plays a recorded trace. It is read once here, to validate it and to find its rate and longest output.</summary>
    /// <exception cref="TraceException">It is no valid trace.</exception>
    /// <exception cref="WorkloadException">An option is out of range.</exception>
    public static Workload Of(ITraceSource trace, WorkloadOptions options)
    {
        ArgumentNullException.ThrowIfNull(trace);
        Check(options);
        var size = TraceExtent.Of(trace.Rows());
        return new Workload(trace.Rows, size, size.RequestsPerSecond, options) { Name = trace.Name, Sha256 = trace.Sha256 };
    }

    /// <summary>Plays a preset.</summary>
    /// <exception cref="WorkloadException">An option is out of range.</exception>
    public static Workload Of(Preset preset, WorkloadOptions options)
    {
        ArgumentNullException.ThrowIfNull(preset);
        Check(options);
        var size = new TraceExtent(options.Limit ?? preset.DefaultRequests, default, preset.LongestPromptTokens, preset.LongestOutputTokens);
        return new Workload(() => preset.Rows(options.Seed), size, preset.RequestsPerSecond, options) { Name = preset.Name, Sha256 = preset.Sha256 };
    }

    /// <summary>The same requests at another mean rate, in requests per second; a file is not validated again.</summary>
    public Workload WithRate(double requestsPerSecond)
    {
        var changed = options with { RequestsPerSecond = requestsPerSecond, RateScale = null };
        Check(changed);
        return new Workload(rows, extent, sourceRate, changed) { Name = Name, Sha256 = Sha256 };
    }

    /// <inheritdoc/>
    public IEnumerable<Job> Jobs()
    {
        var id = 0L;
        var left = Requests;
        foreach (var row in Changed(rows()))
        {
            if (left-- == 0)
            {
                yield break;
            }

            yield return new Job(ToRequest(id++, row), row.OutputTokens);
        }
    }

    private IEnumerable<TraceRow> Changed(IEnumerable<TraceRow> source)
    {
        var rng = new Rng(options.Seed).Fork("workload");
        source = options.PromptTokens is { } prompts ? source.WithPrompts(prompts, rng.Fork("prompts")) : source;
        source = options.OutputTokens is { } outputs ? source.WithOutputs(outputs, rng.Fork("outputs")) : source;
        return options.Arrivals is { } gaps ? source.WithArrivals(gaps, RequestsPerSecond, rng.Fork("arrivals"))
            : RateScale == 1 ? source
            : source.ScaleRate(RateScale);
    }

    private Request ToRequest(long id, in TraceRow row) =>
        new(id, row.Arrival, row.PromptTokens, row.MaxOutputTokens ?? OutputLimit)
        {
            Tenant = row.Tenant,
            Priority = row.Priority,
            Session = row.Session,
            Program = row.Program,
            PrefixHashes = row.PrefixHashes,
            PrefixUnitTokens = row.PrefixUnitTokens,
        };

    private double ChooseRateScale()
    {
        if (options.RateScale is { } scale)
        {
            return scale;
        }

        if (options.RequestsPerSecond is not { } rate || (sourceRate == 0 && options.Arrivals is not null))
        {
            return 1;
        }

        return sourceRate > 0 ? rate / sourceRate
            : throw new WorkloadException("The trace's requests all arrive at once, so no rate can be reached by scaling; replace the arrivals instead.");
    }

    private static int RoundUpToPowerOfTwo(int value) => (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)value), int.MaxValue);

    private static void Check(WorkloadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options is { RateScale: not null, RequestsPerSecond: not null })
        {
            throw new WorkloadException("Give a rate or a rate scale, not both.");
        }

        Positive(options.RateScale, "The rate scale");
        Positive(options.RequestsPerSecond, "The rate");
        Positive(options.Limit, "The limit on requests");
        Positive(options.MaxOutputTokens, "The limit on output tokens");
    }

    private static void Positive(double? value, string what)
    {
        if (value is { } given && !(given > 0 && double.IsFinite(given)))
        {
            throw new WorkloadException(string.Create(CultureInfo.InvariantCulture, $"{what} is {given}, but must be more than 0."));
        }
    }
}
