namespace HalfFull.Load.Comparing;

/// <summary>Policies of a HalfFull gateway, in the spelling that it takes itself; null for one that is left as it is.</summary>
/// <param name="Router">Its router, such as <c>sal</c>.</param>
/// <param name="Queue">The order of its queue, such as <c>larry:a=60,z=1</c>.</param>
public sealed record GatewayPolicy(string? Router, string? Queue)
{
    private const string RouterField = "router=";
    private const string QueueField = "queue=";

    /// <summary>Reads <c>router=sal,queue=larry:a=60,z=1</c>; either may be left out.</summary>
    /// <exception cref="FormatException">The text is no such policy; the message quotes it.</exception>
    public static GatewayPolicy Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string? router = null, queue = null;
        var fields = text.Split(',');
        for (var i = 0; i < fields.Length;)
        {
            // Options of a policy are separated by commas, too: what begins no field of its own belongs to the one before.
            var end = i + 1;
            while (end < fields.Length && !Begins(fields[end]))
            {
                end++;
            }

            var field = string.Join(',', fields[i..end]).Trim();
            var value = field[(field.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim();
            ref var place = ref field.StartsWith(RouterField, StringComparison.Ordinal) ? ref router : ref queue;
            if (!Begins(fields[i]) || value.Length == 0 || place is not null)
            {
                throw new FormatException($"'{text}' is not a policy of a gateway such as router=sal,queue=larry.");
            }

            place = value;
            i = end;
        }

        return new GatewayPolicy(router, queue);
    }

    /// <summary>The same, with what is not given taken from another.</summary>
    public GatewayPolicy Or(GatewayPolicy other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new GatewayPolicy(Router ?? other.Router, Queue ?? other.Queue);
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() =>
        string.Join(',', new[] { Router is null ? null : RouterField + Router, Queue is null ? null : QueueField + Queue }.OfType<string>());

    private static bool Begins(string field) =>
        field.AsSpan().Trim().StartsWith(RouterField, StringComparison.Ordinal) || field.AsSpan().Trim().StartsWith(QueueField, StringComparison.Ordinal);
}
