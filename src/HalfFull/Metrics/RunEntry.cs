using System.Text.Json.Serialization;

namespace HalfFull.Metrics;

/// <summary>One run in a <see cref="RunDocument"/>, in the order of its fields: the meaning of each is that of its source.</summary>
public sealed record RunEntry
{
    /// <inheritdoc cref="RunSetting.Engine"/>
    public required string Engine { get; init; }

    /// <inheritdoc cref="RunSetting.Router"/>
    public required string Router { get; init; }

    /// <inheritdoc cref="RunSetting.DecodeEngine"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DecodeEngine { get; init; }

    /// <inheritdoc cref="RunSetting.DecodeRouter"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DecodeRouter { get; init; }

    /// <inheritdoc cref="RunSetting.DecodeHeadroomTokens"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? DecodeHeadroomTokens { get; init; }

    /// <inheritdoc cref="RunSetting.Replicas"/>
    public required int Replicas { get; init; }

    /// <inheritdoc cref="RunSetting.Fleet"/>
    public required string Fleet { get; init; }

    /// <inheritdoc cref="RunSetting.Gpu"/>
    public required string Gpu { get; init; }

    /// <inheritdoc cref="RunSetting.Model"/>
    public required string Model { get; init; }

    /// <inheritdoc cref="RunSetting.Tp"/>
    public required int Tp { get; init; }

    /// <inheritdoc cref="RunSetting.StepModel"/>
    public required string StepModel { get; init; }

    /// <inheritdoc cref="RunSetting.Overhead"/>
    public required string? Overhead { get; init; }

    /// <inheritdoc cref="RunSetting.KvBlocks"/>
    public required IReadOnlyList<int> KvBlocks { get; init; }

    /// <inheritdoc cref="RunSetting.BlockSize"/>
    public required int BlockSize { get; init; }

    /// <inheritdoc cref="RunSetting.Predict"/>
    public required string Predict { get; init; }

    /// <inheritdoc cref="RunSetting.PrefixView"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PrefixView { get; init; }

    /// <inheritdoc cref="RunSetting.SnapshotAgeSeconds"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? SnapshotAgeSeconds { get; init; }

    /// <inheritdoc cref="RunSetting.Gateways"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Gateways { get; init; }

    /// <inheritdoc cref="RunSetting.Scenario"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Scenario { get; init; }

    /// <inheritdoc cref="RunSetting.Autoscale"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Autoscale { get; init; }

    /// <inheritdoc cref="RunSetting.Migrate"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Migrate { get; init; }

    /// <inheritdoc cref="RunSetting.KvBytesPerSecond"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? KvBytesPerSecond { get; init; }

    /// <inheritdoc cref="RunSetting.KvLatencySeconds"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? KvLatencySeconds { get; init; }

    /// <inheritdoc cref="RunSetting.RateScale"/>
    public required double RateScale { get; init; }

    /// <inheritdoc cref="RunSetting.Load"/>
    public required double? Load { get; init; }

    /// <inheritdoc cref="RunSetting.CapacityRequestsPerSecond"/>
    public required double? CapacityRequestsPerSecond { get; init; }

    /// <inheritdoc cref="RunSetting.Seed"/>
    public required long Seed { get; init; }

    /// <inheritdoc cref="Summary.Requests"/>
    public required long Requests { get; init; }

    /// <inheritdoc cref="Summary.Completed"/>
    public required long Completed { get; init; }

    /// <inheritdoc cref="Summary.Rejected"/>
    public required long Rejected { get; init; }

    /// <inheritdoc cref="Summary.Failed"/>
    public required long Failed { get; init; }

    /// <inheritdoc cref="Summary.Preemptions"/>
    public required long Preemptions { get; init; }

    /// <inheritdoc cref="RunTotals.RecomputedTokens"/>
    public required long RecomputedTokens { get; init; }

    /// <inheritdoc cref="Summary.Makespan"/>
    public required double MakespanSeconds { get; init; }

    /// <inheritdoc cref="Summary.RequestsPerSecond"/>
    public required double RequestsPerSecond { get; init; }

    /// <inheritdoc cref="Summary.OutputTokensPerSecond"/>
    public required double OutputTokensPerSecond { get; init; }

    /// <inheritdoc cref="Summary.TtftSeconds"/>
    public required Distribution TtftSeconds { get; init; }

    /// <inheritdoc cref="Summary.TpotSeconds"/>
    public required Distribution TpotSeconds { get; init; }

    /// <inheritdoc cref="Summary.ItlSeconds"/>
    public required Distribution ItlSeconds { get; init; }

    /// <inheritdoc cref="Summary.E2ESeconds"/>
    [JsonPropertyName("e2eSeconds")]
    public required Distribution E2ESeconds { get; init; }

    /// <inheritdoc cref="Summary.QueueSeconds"/>
    public required Distribution QueueSeconds { get; init; }

    /// <inheritdoc cref="Summary.Slowdown"/>
    public required Distribution Slowdown { get; init; }

    /// <inheritdoc cref="Summary.SloAttainment"/>
    public required double SloAttainment { get; init; }

    /// <inheritdoc cref="Summary.GoodputRequestsPerSecond"/>
    public required double GoodputRequestsPerSecond { get; init; }

    /// <inheritdoc cref="RunTotals.KvUsageMean"/>
    public required double KvUsageMean { get; init; }

    /// <inheritdoc cref="RunTotals.Imbalance"/>
    public required double Imbalance { get; init; }

    /// <inheritdoc cref="RunTotals.Steps"/>
    public required long Steps { get; init; }

    /// <inheritdoc cref="RunTotals.WallSeconds"/>
    public required double WallSeconds { get; init; }

    /// <summary>Requests over wall seconds.</summary>
    public required double SimulatedRequestsPerSecond { get; init; }

    /// <inheritdoc cref="RunTotals.DecisionHash"/>
    public required string DecisionHash { get; init; }

    /// <summary>What the router has learned; null when it learns nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LearnedFigure>? RouterLearned { get; init; }

    /// <inheritdoc cref="RunTotals.Handovers"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HandoverFigures? Handovers { get; init; }

    /// <inheritdoc cref="RunTotals.Scaling"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ScalingFigures? Scaling { get; init; }

    /// <inheritdoc cref="RunTotals.Migrations"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MigrationFigures? Migrations { get; init; }

    /// <summary>Puts the three parts of a run together.</summary>
    public static RunEntry Of(RunSetting setting, Summary summary, RunTotals totals)
    {
        ArgumentNullException.ThrowIfNull(setting);
        ArgumentNullException.ThrowIfNull(summary);
        ArgumentNullException.ThrowIfNull(totals);
        return new RunEntry
        {
            Engine = setting.Engine,
            Router = setting.Router,
            DecodeEngine = setting.DecodeEngine,
            DecodeRouter = setting.DecodeRouter,
            DecodeHeadroomTokens = setting.DecodeHeadroomTokens,
            Replicas = setting.Replicas,
            Fleet = setting.Fleet,
            Gpu = setting.Gpu,
            Model = setting.Model,
            Tp = setting.Tp,
            StepModel = setting.StepModel,
            Overhead = setting.Overhead,
            KvBlocks = setting.KvBlocks,
            BlockSize = setting.BlockSize,
            Predict = setting.Predict,
            PrefixView = setting.PrefixView,
            SnapshotAgeSeconds = setting.SnapshotAgeSeconds,
            Gateways = setting.Gateways,
            Scenario = setting.Scenario,
            Autoscale = setting.Autoscale,
            Migrate = setting.Migrate,
            KvBytesPerSecond = setting.KvBytesPerSecond,
            KvLatencySeconds = setting.KvLatencySeconds,
            RateScale = setting.RateScale,
            Load = setting.Load,
            CapacityRequestsPerSecond = setting.CapacityRequestsPerSecond,
            Seed = setting.Seed,
            Requests = summary.Requests,
            Completed = summary.Completed,
            Rejected = summary.Rejected,
            Failed = summary.Failed,
            Preemptions = summary.Preemptions,
            RecomputedTokens = totals.RecomputedTokens,
            MakespanSeconds = summary.Makespan.TotalSeconds,
            RequestsPerSecond = summary.RequestsPerSecond,
            OutputTokensPerSecond = summary.OutputTokensPerSecond,
            TtftSeconds = summary.TtftSeconds,
            TpotSeconds = summary.TpotSeconds,
            ItlSeconds = summary.ItlSeconds,
            E2ESeconds = summary.E2ESeconds,
            QueueSeconds = summary.QueueSeconds,
            Slowdown = summary.Slowdown,
            SloAttainment = summary.SloAttainment,
            GoodputRequestsPerSecond = summary.GoodputRequestsPerSecond,
            KvUsageMean = totals.KvUsageMean,
            Imbalance = totals.Imbalance,
            Steps = totals.Steps,
            WallSeconds = totals.WallSeconds,
            SimulatedRequestsPerSecond = totals.WallSeconds > 0 ? summary.Requests / totals.WallSeconds : 0,
            DecisionHash = totals.DecisionHash,
            RouterLearned = totals.RouterLearned.Count > 0 ? totals.RouterLearned : null,
            Handovers = totals.Handovers,
            Scaling = totals.Scaling,
            Migrations = totals.Migrations,
        };
    }
}
