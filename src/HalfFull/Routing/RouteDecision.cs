using System.Runtime.InteropServices;

namespace HalfFull.Routing;

/// <summary>A router's decision and its reason, a constant phrase.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RouteDecision
{
    private RouteDecision(RouteKind kind, int index, string reason)
    {
        Kind = kind;
        Index = index;
        Reason = reason;
    }

    /// <summary>What to do.</summary>
    public RouteKind Kind { get; }

    /// <summary>Index among the candidates when it routes; -1 otherwise.</summary>
    public int Index { get; }

    /// <summary>Why, as a constant phrase.</summary>
    public string Reason { get; }

    /// <summary>Send it to the candidate with this index.</summary>
    public static RouteDecision Route(int index, string reason) => new(RouteKind.Route, index, reason);

    /// <summary>Keep it and ask again later.</summary>
    public static RouteDecision Hold(string reason) => new(RouteKind.Hold, -1, reason);

    /// <summary>Refuse it.</summary>
    public static RouteDecision Reject(string reason) => new(RouteKind.Reject, -1, reason);
}
