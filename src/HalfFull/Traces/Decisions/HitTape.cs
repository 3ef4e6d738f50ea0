using HalfFull.Routing;
using HalfFull.Scheduling;

namespace HalfFull.Traces.Decisions;

/// <summary>What a front scheduler was told of cached prefixes in one decision, in the order in which it asked: taken down from a source, or played to it again.</summary>
/// <param name="source">Who knows; null to play what was loaded.</param>
public sealed class HitTape(IPrefixHits? source = null) : IPrefixHits
{
    private readonly List<int?> answers = [];
    private int next;

    /// <summary>The answers, one for each replica of the decision and for each request it looked at.</summary>
    public ReadOnlySpan<int?> Answers => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(answers);

    /// <summary>Begins anew, for another decision.</summary>
    public void Clear()
    {
        answers.Clear();
        next = 0;
    }

    /// <summary>Loads what is to be played.</summary>
    public void Load(ReadOnlySpan<int?> told)
    {
        Clear();
        answers.AddRange(told);
    }

    /// <inheritdoc/>
    public bool Look(in RouteRequest request, ReadOnlySpan<FrontReplica> replicas, Span<int?> tokens)
    {
        if (source is null)
        {
            // A decision that was not told, or that asks for more than the logged one did, has nothing: the verifier sees the difference.
            if (answers.Count - next < replicas.Length)
            {
                return false;
            }

            Answers.Slice(next, replicas.Length).CopyTo(tokens);
            next += replicas.Length;
            return true;
        }

        if (!source.Look(request, replicas, tokens))
        {
            tokens.Clear();
        }

        answers.AddRange(tokens[..replicas.Length]);
        return true;
    }
}
