using System.ComponentModel.DataAnnotations;
using HalfFull.Policies;

namespace HalfFull.Tests.Policies;

public sealed class PolicyCatalogTests
{
    private static readonly PolicyCatalog<IPolicy> Catalog = PolicyCatalog<IPolicy>.FromAssembly(typeof(PolicyCatalogTests).Assembly);

    [Fact]
    public void Lists_every_policy_of_its_kind_sorted_by_name() =>
        Assert.Equal("bare bare@0.11 many-options", string.Join(' ', Catalog.Entries.Select(entry => entry.Name)));

    [Fact]
    public void Describes_options_in_the_order_of_declaration_with_their_defaults()
    {
        var entry = Catalog.Entries[^1];

        Assert.Equal("Prefers examples; loses in production.", entry.Summary);
        string[] expected =
        [
            "per-waiting|1|a whole number (at least 0 and at most 64)|Seconds for each waiting request.",
            "limit|9000000000|a whole number|A wide limit.",
            "z|1|a number (at least 0)|Standard deviations kept free.",
            "share|0.5|a number (above 0 and below 1)|A share.",
            "plain|0|a number|A number without a range.",
            "yield|true|true or false|Whether to yield.",
            "gate|full-prompt|one of survival, full-prompt, off-line|Which gate.",
            "target|off|a duration such as 250ms, 2s, 3min or 1h, or off|The TTFT objective.",
            "seats|off|a whole number (at least 1), or off|Seats.",
            "label|x|a text|A name chosen apart from the property.",
        ];
        Assert.Equal(expected, entry.Options.Select(option => $"{option.Name}|{option.Default}|{option.Accepts}|{option.Summary}").ToArray());
    }

    [Fact]
    public void Binds_every_type_of_option()
    {
        var spec = PolicySpec.Parse("many-options:per-waiting=3,limit=-5,z=inf,share=1e-1,plain=-2.5,yield=false,gate=off-line,target=2s,seats=4,label=a b");

        var policy = Assert.IsType<ManyOptions>(Catalog.Create(spec, new Rng(1)));

        Assert.Equal(
            new ManyOptions.Options
            {
                PerWaiting = 3,
                Limit = -5,
                Z = double.PositiveInfinity,
                Share = 0.1,
                Plain = -2.5,
                Yield = false,
                Gate = Gate.OffLine,
                Target = TimeSpan.FromSeconds(2),
                Seats = 4,
                Title = "a b",
            },
            policy.Settings);
    }

    [Fact]
    public void Off_switches_a_nullable_option_off()
    {
        var policy = (ManyOptions)Catalog.Create(PolicySpec.Parse("many-options:target=off,seats=off"), new Rng(1));

        Assert.Equal(new ManyOptions.Options(), policy.Settings);
    }

    [Fact]
    public void Fills_constructor_parameters_by_type_and_leaves_optional_ones_at_their_default()
    {
        var rng = new Rng(7);

        var policy = (ManyOptions)Catalog.Create(PolicySpec.Parse("many-options"), "a service nobody asked for", rng);

        Assert.Same(rng, policy.Rng);
        Assert.Null(policy.Clock);
        Assert.Same(TimeProvider.System, ((ManyOptions)Catalog.Create(PolicySpec.Parse("many-options"), rng, TimeProvider.System)).Clock);
    }

    [Fact]
    public void A_missing_service_is_named()
    {
        var error = Assert.Throws<PolicyException>(() => Catalog.Create(PolicySpec.Parse("many-options")));

        Assert.Equal("Policy 'many-options' needs a Rng ('rng'), which this command does not supply.", error.Message);
    }

    [Theory]
    [InlineData("many-option", "There is no policy 'many-option'; did you mean 'many-options'? policies are bare, bare@0.11, many-options.")]
    [InlineData("xyz", "There is no policy 'xyz'; policies are bare, bare@0.11, many-options.")]
    [InlineData("bare:a=1", "Policy 'bare' has no options, so 'a' is unknown.")]
    [InlineData("many-options:per-wating=1", "Policy 'many-options' has no option 'per-wating'; did you mean 'per-waiting'? its options are per-waiting, limit, z, share, plain, yield, gate, target, seats, label.")]
    [InlineData("many-options:per-waiting=65", "Option 'per-waiting' of policy 'many-options' cannot be '65'; it takes a whole number (at least 0 and at most 64).")]
    [InlineData("many-options:per-waiting=1.5", "Option 'per-waiting' of policy 'many-options' cannot be '1.5'; it takes a whole number (at least 0 and at most 64).")]
    [InlineData("many-options:z=NaN", "Option 'z' of policy 'many-options' cannot be 'NaN'; it takes a number (at least 0).")]
    [InlineData("many-options:share=1", "Option 'share' of policy 'many-options' cannot be '1'; it takes a number (above 0 and below 1).")]
    [InlineData("many-options:plain=inf", "Option 'plain' of policy 'many-options' cannot be 'inf'; it takes a number.")]
    [InlineData("many-options:yield=yes", "Option 'yield' of policy 'many-options' cannot be 'yes'; it takes true or false.")]
    [InlineData("many-options:gate=1", "Option 'gate' of policy 'many-options' cannot be '1'; it takes one of survival, full-prompt, off-line.")]
    [InlineData("many-options:target=2", "Option 'target' of policy 'many-options' cannot be '2'; it takes a duration such as 250ms, 2s, 3min or 1h, or off.")]
    [InlineData("many-options:seats=0", "Option 'seats' of policy 'many-options' cannot be '0'; it takes a whole number (at least 1), or off.")]
    public void A_bad_spec_gets_one_sentence_that_names_the_culprit(string spec, string sentence)
    {
        var error = Assert.Throws<PolicyException>(() => Catalog.Validate(PolicySpec.Parse(spec)));

        Assert.Equal(sentence, error.Message);
    }

    [Fact]
    public void Two_classes_of_one_name_are_refused()
    {
        var error = Assert.Throws<PolicyException>(() => PolicyCatalog<IOther>.FromTypes([typeof(Twin), typeof(OtherTwin)]));

        Assert.Equal($"The policy name 'twin' is claimed by two classes, one of them {typeof(OtherTwin).FullName}; names must be unique.", error.Message);
    }

    [Theory]
    [InlineData(typeof(Nameless), "is named 'No Name', which is not of the accepted form")]
    [InlineData(typeof(Undocumented), "A has no [Option] with its summary")]
    [InlineData(typeof(OutOfRange), "A has a default outside its own range")]
    [InlineData(typeof(TwoConstructors), "must have exactly one public constructor")]
    public void A_policy_written_wrongly_is_refused_when_the_catalogue_is_built(Type policy, string problem)
    {
        var error = Assert.Throws<InvalidOperationException>(() => PolicyCatalog<IOther>.FromTypes([policy]));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_of_the_policy_itself_passes_through_unwrapped() =>
        Assert.Throws<NotSupportedException>(() => PolicyCatalog<IOther>.FromTypes([typeof(Throwing)]).Create(PolicySpec.Parse("throwing")));

    // The kinds are private and nested, so that no other test and no other catalogue sees these classes.
    private interface IPolicy;

    private interface IOther;

    internal enum Gate
    {
        Survival,
        FullPrompt,
        OffLine,
    }

    [Policy("bare", "Has no options.")]
    private sealed class Bare : IPolicy;

    [Policy("bare@0.11", "Mimics a release.")]
    private sealed class BareRelease : IPolicy;

    [Policy("many-options", "Prefers examples; loses in production.")]
    private sealed class ManyOptions(ManyOptions.Options options, Rng rng, TimeProvider? clock = null) : IPolicy
    {
        public Options Settings => options;

        public Rng Rng => rng;

        public TimeProvider? Clock => clock;

        public sealed record Options
        {
            [Option("Seconds for each waiting request."), Range(0, 64)]
            public int PerWaiting { get; init; } = 1;

            [Option("A wide limit.")]
            public long Limit { get; init; } = 9_000_000_000;

            [Option("Standard deviations kept free."), Range(0, double.PositiveInfinity)]
            public double Z { get; init; } = 1;

            [Option("A share."), Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
            public double Share { get; init; } = 0.5;

            [Option("A number without a range.")]
            public double Plain { get; init; }

            [Option("Whether to yield.")]
            public bool Yield { get; init; } = true;

            [Option("Which gate.")]
            public Gate Gate { get; init; } = Gate.FullPrompt;

            [Option("The TTFT objective.")]
            public TimeSpan? Target { get; init; }

            [Option("Seats."), Range(1, int.MaxValue)]
            public int? Seats { get; init; }

            [Option("A name chosen apart from the property.", Name = "label")]
            public string Title { get; init; } = "x";
        }
    }

    [Policy("twin", "One of two.")]
    private sealed class Twin : IOther;

    [Policy("twin", "The other of two.")]
    private sealed class OtherTwin : IOther;

    [Policy("No Name", "Has a bad name.")]
    private sealed class Nameless : IOther;

    [Policy("two", "Has two constructors.")]
    private sealed class TwoConstructors : IOther
    {
        public TwoConstructors()
        {
        }

        public TwoConstructors(Rng rng) => _ = rng;
    }

    [Policy("throwing", "Throws.")]
    private sealed class Throwing : IOther
    {
        public Throwing() => throw new NotSupportedException();
    }

    [Policy("undocumented", "Has an option without a summary.")]
    private sealed class Undocumented(Undocumented.Options options) : IOther
    {
        public Options Settings => options;

        public sealed record Options
        {
            public int A { get; init; }
        }
    }

    [Policy("out-of-range", "Has a default that it would refuse.")]
    private sealed class OutOfRange(OutOfRange.Options options) : IOther
    {
        public Options Settings => options;

        public sealed record Options
        {
            [Option("A number."), Range(1, 2)]
            public int A { get; init; }
        }
    }
}
