namespace HalfFull.Gateway.Replicas;

/// <summary>
/// The lane of each model: models that the same replicas serve share one. Names that only replicas serve which do not say what they serve count as no name, so that
/// clients cannot make up lanes. Not thread-safe: <see cref="ReplicaPool"/> serialises it.
/// </summary>
internal sealed class ServingLanes(List<RemoteReplica> replicas)
{
    private const string Any = "";
    private readonly Dictionary<string, ServingLane> byModel = new(StringComparer.Ordinal);
    private readonly List<ServingLane> lanes = [];
    private int lastId;

    /// <summary>The lane of a model; null is any model.</summary>
    public ServingLane Of(string? model)
    {
        if (byModel.TryGetValue(model ?? Any, out var known))
        {
            return known;
        }

        var isListed = model is not null && replicas.Exists(replica => replica.Models is not null && replica.Serves(model));
        var serving = replicas.Where(replica => isListed || model is null ? replica.Serves(model) : replica.Models is null).Select(replica => replica.Id).Order().ToArray();
        var lane = lanes.Find(lane => lane.Replicas.AsSpan().SequenceEqual(serving));
        if (lane is null)
        {
            lane = new ServingLane(++lastId, serving);
            lanes.Add(lane);
        }

        if (isListed || model is null)
        {
            byModel.Add(model ?? Any, lane);
        }

        return lane;
    }

    /// <summary>The replicas, or what they serve, have changed. Numbers of lanes are not given again.</summary>
    public void Changed()
    {
        byModel.Clear();
        lanes.Clear();
    }
}
