using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace HalfFull.Policies;

/// <summary>
/// Every policy of one kind that carries <see cref="PolicyAttribute"/>, found once in the assemblies given and built by name.
/// Adding a policy is adding its class: nothing else lists names.
/// </summary>
/// <typeparam name="T">The kind of policy: an interface of the core.</typeparam>
public sealed class PolicyCatalog<T>
    where T : class
{
    private readonly SortedDictionary<string, PolicyBinding> policies;

    private PolicyCatalog(SortedDictionary<string, PolicyBinding> policies)
    {
        this.policies = policies;
        Entries = [.. policies.Values.Select(policy => policy.Entry)];
    }

    /// <summary>The policies, sorted by name (ordinal).</summary>
    public IReadOnlyList<PolicyEntry> Entries { get; }

    /// <summary>Scans assemblies for policies of this kind.</summary>
    /// <exception cref="PolicyException">Two classes claim the same name.</exception>
    /// <exception cref="InvalidOperationException">A class is not of the form that a policy must have.</exception>
    [SuppressMessage("Design", "CA1000", Justification = "A named constructor: the kind of policy cannot be inferred from the assemblies.")]
    public static PolicyCatalog<T> FromAssembly(params ReadOnlySpan<Assembly> assemblies)
    {
        var types = new List<Type>();
        foreach (var assembly in assemblies)
        {
            types.AddRange(assembly.GetTypes());
        }

        return FromTypes(types);
    }

    /// <summary>Builds a catalogue of the given classes that are policies of this kind.</summary>
    internal static PolicyCatalog<T> FromTypes(IEnumerable<Type> types)
    {
        var found = new SortedDictionary<string, PolicyBinding>(StringComparer.Ordinal);
        foreach (var type in types.Distinct().Where(type => type.IsAssignableTo(typeof(T))))
        {
            var attribute = type.GetCustomAttribute<PolicyAttribute>(inherit: false);
            if (attribute is not null && !found.TryAdd(attribute.Name, new PolicyBinding(type, attribute)))
            {
                throw new PolicyException($"The policy name '{attribute.Name}' is claimed by two classes, one of them {type.FullName}; names must be unique.");
            }
        }

        return new PolicyCatalog<T>(found);
    }

    /// <summary>Checks that the policy and every option of a spec exist and that the values are accepted.</summary>
    /// <exception cref="PolicyException">They do not or are not; one sentence says which and what would be.</exception>
    public void Validate(PolicySpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        _ = Find(spec.Name).Bind(spec);
    }

    /// <summary>Builds the policy of a spec.</summary>
    /// <param name="spec">Which policy, and its options.</param>
    /// <param name="services">What the host gives to policies, such as an <see cref="Rng"/>: each constructor parameter takes the first that fits its type.</param>
    /// <exception cref="PolicyException">The spec is refused as by <see cref="Validate"/>, or the policy needs a service that was not given.</exception>
    public T Create(PolicySpec spec, params ReadOnlySpan<object> services)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return (T)Find(spec.Name).Create(spec, services);
    }

    private PolicyBinding Find(string name)
    {
        if (policies.TryGetValue(name, out var policy))
        {
            return policy;
        }

        var nearest = NearestName.Among(name, policies.Keys);
        var hint = nearest is null ? string.Empty : $" did you mean '{nearest}'?";
        var known = policies.Count == 0 ? "none exist" : $"policies are {string.Join(", ", policies.Keys)}";
        throw new PolicyException($"There is no policy '{name}';{hint} {known}.");
    }
}
