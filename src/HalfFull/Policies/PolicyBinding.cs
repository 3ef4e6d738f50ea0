using System.Reflection;

namespace HalfFull.Policies;

/// <summary>One policy class: its description and how to build it from option texts and the host's services.</summary>
internal sealed class PolicyBinding
{
    private const string OptionsName = "Options";

    private readonly Type policy;
    private readonly Type? optionsType;
    private readonly OptionBinding[] options;
    private readonly ConstructorInfo constructor;

    /// <exception cref="InvalidOperationException">The class is not of the form a policy must have: a mistake in the policy, not in its use.</exception>
    public PolicyBinding(Type policy, PolicyAttribute attribute)
    {
        this.policy = policy;
        if (!PolicyName.IsValid(attribute.Name))
        {
            throw Invalid($"is named '{attribute.Name}', which is not of the accepted form: {PolicyName.Accepts}");
        }

        if (!policy.IsSealed || policy.IsAbstract || policy.ContainsGenericParameters || string.IsNullOrWhiteSpace(attribute.Summary))
        {
            throw Invalid("must be a sealed class that is not generic, with a summary");
        }

        constructor = policy.GetConstructors() is [var only] ? only : throw Invalid("must have exactly one public constructor");
        optionsType = policy.GetNestedType(OptionsName, BindingFlags.Public);
        options = optionsType is null ? [] : BindOptions(optionsType);
        Entry = new PolicyEntry(attribute.Name, attribute.Summary, [.. options.Select(option => option.Entry)]);
    }

    public PolicyEntry Entry { get; }

    public IEnumerable<BundleAttribute> Bundles => policy.GetCustomAttributes<BundleAttribute>(inherit: false);

    /// <summary>The options record of a spec; null when the policy has none.</summary>
    public object? Bind(PolicySpec spec)
    {
        var values = optionsType is null ? null : Activator.CreateInstance(optionsType);
        foreach (var (name, text) in spec.Options)
        {
            var option = Array.Find(options, option => string.Equals(option.Entry.Name, name, StringComparison.Ordinal)) ?? throw Unknown(name);
            option.Set(values!, text, Entry.Name);
        }

        return values;
    }

    /// <summary>Builds the policy: its options by the spec, every other parameter by its type.</summary>
    public object Create(PolicySpec spec, ReadOnlySpan<object> services)
    {
        var values = Bind(spec);
        var parameters = constructor.GetParameters();
        var arguments = new object?[parameters.Length];
        for (var i = 0; i < parameters.Length; i++)
        {
            arguments[i] = parameters[i].ParameterType == optionsType ? values : Find(parameters[i], services);
        }

        return constructor.Invoke(BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
    }

    private object? Find(ParameterInfo parameter, ReadOnlySpan<object> services)
    {
        foreach (var service in services)
        {
            if (parameter.ParameterType.IsInstanceOfType(service))
            {
                return service;
            }
        }

        return parameter.HasDefaultValue
            ? parameter.DefaultValue
            : throw new PolicyException($"Policy '{Entry.Name}' needs a {parameter.ParameterType.Name} ('{parameter.Name}'), which this command does not supply.");
    }

    private OptionBinding[] BindOptions(Type type)
    {
        var defaults = type.IsSealed && type.GetConstructor(Type.EmptyTypes) is not null
            ? Activator.CreateInstance(type)!
            : throw Invalid("has Options that are not a sealed record with init properties");

        // MetadataToken is the order of declaration, which GetProperties does not promise.
        var bound = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is not null)
            .OrderBy(property => property.MetadataToken)
            .Select(property => new OptionBinding(property, defaults))
            .ToArray();
        return bound.DistinctBy(option => option.Entry.Name, StringComparer.Ordinal).Count() == bound.Length
            ? bound
            : throw Invalid("has two options of the same name");
    }

    private PolicyException Unknown(string option)
    {
        var names = options.Select(item => item.Entry.Name).ToArray();
        if (names.Length == 0)
        {
            return new PolicyException($"Policy '{Entry.Name}' has no options, so '{option}' is unknown.");
        }

        var nearest = NearestName.Among(option, names);
        var hint = nearest is null ? string.Empty : $" did you mean '{nearest}'?";
        return new PolicyException($"Policy '{Entry.Name}' has no option '{option}';{hint} its options are {string.Join(", ", names)}.");
    }

    private InvalidOperationException Invalid(string problem) => new($"Policy {policy.FullName} {problem}.");
}
