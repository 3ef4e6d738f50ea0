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
    private readonly SortedDictionary<string, PolicyBundle> bundles;

    private PolicyCatalog(SortedDictionary<string, PolicyBinding> policies, SortedDictionary<string, PolicyBundle> bundles)
    {
        this.policies = policies;
        this.bundles = bundles;
        Bundles = [.. bundles.Values];
        Entries = [.. policies.Values.Select(policy => policy.Entry)];
    }

    /// <summary>The policies, sorted by name (ordinal).</summary>
    public IReadOnlyList<PolicyEntry> Entries { get; }

    /// <summary>Bundles that mimic a release, sorted by name (ordinal).</summary>
    public IReadOnlyList<PolicyBundle> Bundles { get; }

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

        var catalog = new PolicyCatalog<T>(found, BundlesOf(found.Values));
        foreach (var bundle in catalog.Bundles)
        {
            catalog.Validate(bundle.Spec);
        }

        return catalog;
    }

    /// <summary>The bundle that a spec names; null when it names a policy.</summary>
    public PolicyBundle? BundleOf(PolicySpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return bundles.GetValueOrDefault(spec.Name);
    }

    /// <summary>Checks that the policy and every option of a spec exist and that the values are accepted.</summary>
    /// <exception cref="PolicyException">They do not or are not; one sentence says which and what would be.</exception>
    public void Validate(PolicySpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        spec = Resolve(spec);
        _ = Find(spec.Name).Bind(spec);
    }

    /// <summary>Builds the policy of a spec.</summary>
    /// <param name="spec">Which policy, and its options.</param>
    /// <param name="services">What the host gives to policies, such as an <see cref="Rng"/>: each constructor parameter takes the first that fits its type.</param>
    /// <exception cref="PolicyException">The spec is refused as by <see cref="Validate"/>, or the policy needs a service that was not given.</exception>
    public T Create(PolicySpec spec, params ReadOnlySpan<object> services)
    {
        ArgumentNullException.ThrowIfNull(spec);
        spec = Resolve(spec);
        return (T)Find(spec.Name).Create(spec, services);
    }

    private static SortedDictionary<string, PolicyBundle> BundlesOf(IEnumerable<PolicyBinding> bindings)
    {
        var found = new SortedDictionary<string, PolicyBundle>(StringComparer.Ordinal);
        foreach (var binding in bindings)
        {
            foreach (var attribute in binding.Bundles)
            {
                if (!PolicyName.IsValid(attribute.Name) || !attribute.Name.Contains('@', StringComparison.Ordinal) || !found.TryAdd(attribute.Name, PolicyBundle.Of(binding.Entry.Name, attribute)))
                {
                    throw new PolicyException($"The bundle name '{attribute.Name}' is given twice or is not of the accepted form, as in vllm@0.11.");
                }
            }
        }

        return found;
    }

    private PolicySpec Resolve(PolicySpec spec) => BundleOf(spec)?.With(spec) ?? spec;

    private PolicyBinding Find(string name)
    {
        if (policies.TryGetValue(name, out var policy))
        {
            return policy;
        }

        var nearest = NearestName.Among(name, policies.Keys.Concat(bundles.Keys));
        var hint = nearest is null ? string.Empty : $" did you mean '{nearest}'?";
        var known = policies.Count == 0 ? "none exist" : $"policies are {string.Join(", ", policies.Keys.Concat(bundles.Keys))}";
        throw new PolicyException($"There is no policy '{name}';{hint} {known}.");
    }
}
