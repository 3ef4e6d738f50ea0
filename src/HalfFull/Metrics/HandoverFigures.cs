namespace HalfFull.Metrics;

/// <summary>KV that went from replicas that prefill to those that decode.</summary>
/// <param name="Count">Copies that arrived.</param>
/// <param name="Tokens">Tokens whose KV they carried.</param>
/// <param name="WaitSeconds">From a request's first token until its copy started: no room yet, or a busy link.</param>
/// <param name="CopySeconds">From the start of a copy until it had arrived.</param>
public sealed record HandoverFigures(long Count, long Tokens, Distribution WaitSeconds, Distribution CopySeconds);
